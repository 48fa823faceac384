"""Decides whether EC2 can use a KMS key for a volume, a copy or a launch."""

import threading

from moto.kms.models import kms_backends
from faults import switches

ACCOUNT = "123456789012"

# What IAM decided about the call that this thread carries out.
decided = threading.local()

# Keys of a fleet's volumes: somebody could use them, though the emulated KMS has none of them.
FLEET_KEYS: set = set()


def known_key(region: str, key_id: str):
    """Returns a key by its id, ARN, alias or alias's ARN; None: the emulated KMS has no such key."""
    kms = kms_backends[ACCOUNT][region]
    try:
        return kms.keys.get(kms.any_id_to_key_id(key_id))
    except Exception:  # moto raises errors of several kinds for an id that it can't read.
        return None


def key_is_enabled(region: str, key_arn: str) -> bool:
    key = kms_backends[ACCOUNT][region].keys.get(key_arn.rsplit("/", 1)[-1])
    return key is not None and key.enabled


def key_is_allowed(key_arn: str = "") -> bool:
    return key_arn not in switches["refusedKeys"] and not getattr(decided, "key_refused", False)


def arn_of(region: str, key_id: str) -> str:
    key = known_key(region, key_id)
    return key.arn if key else key_id


def usable(region: str, key_id: str | None) -> bool:
    """Returns true if a volume under this key would come to be. No key: there is nothing to ask for."""
    if key_id is None:
        return True
    key = known_key(region, key_id)
    if key is None:
        return key_id in FLEET_KEYS and key_is_allowed(key_id)
    return key.enabled and key_is_allowed(key.arn)
