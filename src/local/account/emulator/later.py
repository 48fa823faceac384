"""Runs on the emulator's clock what EC2 does a while after it answered.

`pending` says how long each kind of work takes; /vault/pending changes it, in minutes.
"""

import heapq
import itertools
from datetime import timedelta

from moto.core.utils import utcnow

# How long EC2 takes, of the emulator's clock. No source promises any of these times.
pending = {
    "snapshot": timedelta(minutes=3),
    "copy": timedelta(minutes=12),
    # Of images of somebody else.
    "others": timedelta(0),
    # From an id to a volume that is `available`.
    "volume": timedelta(seconds=5),
    # From an id to its volume's or instance's end, under a key that may not be used.
    "keyRefusal": timedelta(seconds=3),
    "detach": timedelta(seconds=5),
    # From `pending` to `running`.
    "launch": timedelta(seconds=20),
    "stop": timedelta(seconds=30),
    "terminate": timedelta(seconds=30),
    # From `running` to status checks that are `ok`.
    "checks": timedelta(minutes=3),
    # The two halves of a root volume's replacement.
    "rootTask": timedelta(seconds=60),
}

due: list = []
order = itertools.count()


def later(wait: timedelta, action) -> None:
    heapq.heappush(due, (utcnow() + wait, next(order), action))


def settle() -> None:
    """Does all that is due by now, oldest first. Called before each request to EC2."""
    while due and due[0][0] <= utcnow():
        heapq.heappop(due)[2]()
