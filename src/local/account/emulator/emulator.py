"""The emulated AWS account of the local vault: moto's server, with what a rehearsal needs and moto lacks.

- A clock that can be moved (/vault/clock), so that days pass in seconds.
- Snapshots and copies that are pending for a while of that clock, as EC2's are (/vault/pending).
- CreateSnapshots that leaves out the excluded data volumes and copies volume tags.
- Snapshot Lock: LockSnapshot, UnlockSnapshot, DescribeLockedSnapshots, and a DeleteSnapshot that respects it.
- CopySnapshot that refuses a source that is not completed, and ends in `error` under a key that is not enabled, or
  that the function's role may not use.
- RegisterImage, RunInstances, CreateVolume and all else that a restore asks for, with what EC2 refuses of it
  (docs/EMULATOR.md): images.py, launches.py, volumes.py, attachments.py, root_replacement.py, status.py.
- Failures on demand: keys, capacity, rights, a region that is dark, the n-th call (/vault/faults, /vault/dark,
  /vault/fail): faults.py.
- IAM: each call of the function is carried out only if the rehearsal, asked with what a decision depends on
  (recorded.py), allows it: asking.py.
- A fleet with the ids of a real inventory (/vault/fleet), the schedules as Scheduler itself knows them
  (/vault/schedules), a count of the function's calls (/vault/calls), and on demand each call of the function or of
  another access key (/vault/calls/record, /vault/calls/recorded), and the messages that it delays (/vault/hints).

Prints one JSON line {"port": …} when it listens. Ends with its parent: standard input closes.
"""

import functools
import io
import json
import os
import sys
import threading
import traceback
from collections import Counter
from datetime import datetime, timedelta, timezone

# moto's own images bring 1,300 snapshots along, which every filter would go through.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

import boto3  # noqa: E402

# moto makes three sessions to list regions, and each would read all of AWS's endpoints: a third of the time of a start.
boto3.Session = functools.cache(boto3.Session)

import moto.core.responses  # noqa: E402
import moto.core.utils  # noqa: E402
from moto.core.responses import ActionResult  # noqa: E402

# A copy that may not use its key fails before any data is copied.
REFUSED_AFTER = timedelta(seconds=30)

clock = {"offset": timedelta(0)}


def utcnow() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None) + clock["offset"]


# Before any service is imported: they import the function by name.
moto.core.utils.utcnow = utcnow

from moto.ec2.exceptions import EC2ClientError  # noqa: E402
from moto.ec2.models.core import TaggedEC2Resource  # noqa: E402
from moto.ec2 import ec2_backends  # noqa: E402
from moto.ec2.models.elastic_block_store import EBSBackend, Snapshot  # noqa: E402
from moto.ec2.responses.elastic_block_store import ElasticBlockStore  # noqa: E402
from moto.kms.models import kms_backends  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from moto.scheduler.models import scheduler_backends  # noqa: E402
import addresses, attributes, launches, lifecycle, names, root_replacement, status  # noqa: E401, E402, F401
import faults  # noqa: E402
from asking import Asker, refusal_of  # noqa: E402
from fleet import load_fleet  # noqa: E402
from keys import ACCOUNT, decided, key_is_allowed, key_is_enabled  # noqa: E402
from later import pending, settle  # noqa: E402
from listing import Lister  # noqa: E402
from public_images import load_images  # noqa: E402
from recorded import called, record_of  # noqa: E402
from server import serve_on_a_free_port  # noqa: E402


def status_of(snapshot: Snapshot) -> str:
    age = utcnow() - snapshot.start_time
    if getattr(snapshot, "fault", None):
        return "pending" if age < REFUSED_AFTER else "error"
    return "pending" if age < pending[getattr(snapshot, "made_by", "snapshot")] else "completed"


def state_message_of(snapshot: Snapshot) -> str | None:
    return getattr(snapshot, "fault", None) if status_of(snapshot) == "error" else None


def completion_time_of(snapshot: Snapshot) -> datetime | None:
    took = pending[getattr(snapshot, "made_by", "snapshot")]
    return snapshot.start_time + took if status_of(snapshot) == "completed" else None


Snapshot.status = property(status_of, lambda self, value: None)
Snapshot.completion_time = property(completion_time_of)
Snapshot.state_message = property(state_message_of)


def tags_of(self) -> list:
    """moto goes through the tags of the whole account here, for each resource."""
    return [{"key": k, "value": v} for k, v in self.ec2_backend.tags.get(self.id, {}).items()]


TaggedEC2Resource.get_tags = tags_of


plain_create_snapshot = EBSBackend.create_snapshot


def create_snapshot(self, volume_id: str, *given, **more) -> Snapshot:
    """A snapshot is under its volume's key."""
    snapshot = plain_create_snapshot(self, volume_id, *given, **more)
    snapshot.kms_key_id = snapshot.volume.kms_key_id
    return snapshot


EBSBackend.create_snapshot = create_snapshot


def create_snapshots(self, instance_spec, description, tags):
    instance = self.get_instance(instance_spec["InstanceId"])
    excluded = set(instance_spec.get("ExcludeDataVolumeIds") or [])
    no_boot = str(instance_spec.get("ExcludeBootVolume", False)).lower() == "true"
    snapshots = []
    for device, mapping in instance.get_block_device_mapping:
        is_boot = device == instance.root_device_name
        if mapping.volume_id in excluded or (is_boot and no_boot):
            continue
        snapshot = self.create_snapshot(mapping.volume_id, description=description)
        snapshot.add_tags(tags)
        snapshots.append(snapshot)
    return snapshots


EBSBackend.create_snapshots = create_snapshots

plain_create_snapshots = ElasticBlockStore.create_snapshots


def create_snapshots_with_volume_tags(self):
    answer = plain_create_snapshots(self)
    if self._get_param("CopyTagsFromSource") == "volume":
        for snapshot in answer.result["Snapshots"]:
            tags = {t["key"]: t["value"] for t in snapshot.volume.get_tags()}
            snapshot.add_tags({k: v for k, v in tags.items() if not k.startswith("aws:")})
    return answer


ElasticBlockStore.create_snapshots = create_snapshots_with_volume_tags

plain_copy_snapshot = EBSBackend.copy_snapshot


def copy_snapshot(self, source_snapshot_id, source_region, description, kms_key_id):
    source = ec2_backends[self.account_id][source_region].get_snapshot(source_snapshot_id)
    if source.status != "completed":
        raise EC2ClientError("IncorrectState", f"Snapshot {source_snapshot_id} is not completed")
    copy = plain_copy_snapshot(self, source_snapshot_id, source_region, description, kms_key_id)
    copy.made_by = "copy"
    if kms_key_id and not (key_is_enabled(self.region_name, kms_key_id) and key_is_allowed(kms_key_id)):
        copy.fault = "Given key ID is not accessible"
    return copy


EBSBackend.copy_snapshot = copy_snapshot


def locked_until(snapshot: Snapshot) -> datetime | None:
    lock = getattr(snapshot, "lock", None)
    return lock["until"] if lock and lock["until"] > utcnow() else None


def lock_snapshot(self):
    snapshot = self.ec2_backend.get_snapshot(self._get_param("SnapshotId"))
    mode, days = self._get_param("LockMode"), int(self._get_param("LockDuration"))
    until = utcnow() + timedelta(days=days)
    known = getattr(snapshot, "lock", None)
    if known and known["mode"] == "compliance" and locked_until(snapshot):
        if mode != "compliance" or until < known["until"]:
            raise EC2ClientError("IncorrectState", f"{snapshot.id} is locked in compliance mode")
    snapshot.lock = {"mode": mode, "days": days, "since": utcnow(), "until": until}
    return ActionResult({"SnapshotId": snapshot.id, "LockState": mode, "LockDuration": days,
                         "LockCreatedOn": snapshot.lock["since"], "LockExpiresOn": until})


def unlock_snapshot(self):
    snapshot = self.ec2_backend.get_snapshot(self._get_param("SnapshotId"))
    if locked_until(snapshot) and snapshot.lock["mode"] == "compliance":
        raise EC2ClientError("IncorrectState", f"{snapshot.id} is locked in compliance mode")
    snapshot.lock = None
    return ActionResult({"SnapshotId": snapshot.id})


def describe_locked_snapshots(self):
    wanted = (self._filters_from_querystring() or {}).get("lock-state")
    found = []
    for snapshot in self.ec2_backend.snapshots.values():
        lock = getattr(snapshot, "lock", None)
        if not lock:
            continue
        state = lock["mode"] if locked_until(snapshot) else "expired"
        if wanted and state not in wanted:
            continue
        found.append({"SnapshotId": snapshot.id, "LockState": state, "LockDuration": lock["days"],
                      "LockCreatedOn": lock["since"], "LockDurationStartTime": lock["since"],
                      "LockExpiresOn": lock["until"]})
    return ActionResult({"Snapshots": found})


ElasticBlockStore.lock_snapshot = lock_snapshot
ElasticBlockStore.unlock_snapshot = unlock_snapshot
ElasticBlockStore.describe_locked_snapshots = describe_locked_snapshots

plain_delete_snapshot = EBSBackend.delete_snapshot


def delete_snapshot(self, snapshot_id: str):
    snapshot = self.snapshots.get(snapshot_id)
    if snapshot is not None and locked_until(snapshot):
        # AWS documents no code for it.
        raise EC2ClientError("OperationNotPermitted", f"The snapshot {snapshot_id} is locked")
    return plain_delete_snapshot(self, snapshot_id)


EBSBackend.delete_snapshot = delete_snapshot


calls: Counter = Counter()
# Messages to the queue of hints, as the function sent them, with the time.
hints: list = []
# The calls of each access key that somebody asked for, since a year of nights has many.
recorded: dict = {}
# moto goes through its records without a lock. A call that changes them meanwhile, of another thread, would fail both.
one_at_a_time = threading.Lock()


def control(path: str, body: bytes):
    given = json.loads(body or b"{}")
    if path == "/vault/clock":
        then = datetime.fromtimestamp(given["nowMs"] / 1000, timezone.utc)
        clock["offset"] = then - datetime.now(timezone.utc)
    elif path == "/vault/fleet":
        load_fleet(ACCOUNT, given["region"], given["instances"], given["volumes"])
    elif path == "/vault/images":
        load_images(ec2_backends[ACCOUNT][given["region"]], given["images"])
    elif path == "/vault/pending":
        pending.update({kind: timedelta(minutes=minutes) for kind, minutes in given.items()})
    elif path == "/vault/schedules":
        groups = scheduler_backends[ACCOUNT][given["region"]].schedule_groups
        return [known.to_dict() for _, known in sorted(groups[given["groupName"]].schedules.items())]
    elif path == "/vault/hints":
        taken, hints[:] = list(hints), []
        return taken
    elif path == "/vault/calls":
        return [{"region": r, "call": c, "count": n} for (r, c), n in sorted(calls.items())]
    elif path == "/vault/calls/reset":
        calls.clear()
    elif path == "/vault/calls/record":
        recorded[given.get("caller", "function")] = []
    elif path == "/vault/calls/recorded":
        return recorded.get(given.get("caller", "function"), [])
    else:
        answer = faults.control(path, given)
        if answer is None:
            raise KeyError(path)
        return answer
    return {}


# For each request, too, all members of its class.
moto.core.responses.method_names_from_class = functools.cache(moto.core.responses.method_names_from_class)


class Application:
    """WSGI: the rehearsal's own paths, the count of calls, then moto."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)
        # moto lists its own folder for each request.
        self.moto.get_backend_for_host = functools.cache(self.moto.get_backend_for_host)
        self.lister = Lister(self.moto)
        self.asker = Asker()

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ["PATH_INFO"]
        if path.startswith("/vault/"):
            try:
                with one_at_a_time:
                    status, answer = "200 OK", control(path, body)
            except Exception as error:
                status, answer = "500 Internal Server Error", {"error": repr(error)}
            start_response(status, [("Content-Type", "application/json")])
            return [json.dumps(answer).encode()]
        caller, region, name = called(environ, body)
        try:
            with one_at_a_time:
                return self.answered(environ, start_response, body, caller, region, name)
        except faults.HangUp:
            raise
        except Exception as error:
            # A mistake of ours or moto's. Not of the server's side by its status: an SDK would try again.
            traceback.print_exc()
            status, headers, text = faults.error_of(name.split(":")[0], "EmulatorError", repr(error), 400)
            start_response(status, headers)
            return [text.encode()]

    def answered(self, environ, start_response, body: bytes, caller: str, region: str, name: str):
        decided.key_refused = False
        refusal = faults.in_the_dark(region, name)
        failure = None if refusal else faults.failure_for(region, name, body)
        if failure is not None and failure["when"] == "before":
            refusal = faults.answer_of(failure, name)
        if refusal is None:
            refusal = faults.denied(name)
        if refusal is None and caller == "function":
            refusal = self.authorized(environ, region, name, body)
        elif refusal is None and caller in recorded:
            recorded[caller].append(record_of(region, name, environ, body, ec2_backends[ACCOUNT]))
        if refusal is not None:
            status, headers, text = refusal
            start_response(status, headers)
            return [text.encode()]
        if name.startswith("ec2:"):
            settle()
        if name == "ec2:DescribeSnapshots":
            status, headers, text = self.lister.answer(environ, region, body)
            start_response(status, headers)
            return [text]
        do = self.queued if name == "sqs:SendMessage" and caller == "function" else self.moto
        if failure is None:
            return do(environ, start_response)
        # It is done, and the caller hears of a failure.
        list(do(environ, lambda *given: None))
        status, headers, text = faults.answer_of(failure, name)
        start_response(status, headers)
        return [text.encode()]

    def queued(self, environ, start_response):
        """Sends a message of the function, and keeps it with its time if the queue is there."""
        message = json.loads(environ["wsgi.input"].getvalue())
        answers = []
        text = list(self.moto(environ, lambda *given: answers.append(given)))
        if answers[0][0].startswith("200"):
            delayed = utcnow().replace(tzinfo=timezone.utc).timestamp() + message.get("DelaySeconds", 0)
            hints.append({"queueUrl": message["QueueUrl"], "body": message["MessageBody"], "atMs": 1000 * delayed})
        start_response(*answers[0])
        return text

    def authorized(self, environ, region: str, name: str, body: bytes):
        """Counts and records a call of the function; returns AWS's answer if its role may not make it."""
        call = record_of(region, name, environ, body, ec2_backends[ACCOUNT])
        calls[(region, name)] += 1
        if "function" in recorded:
            recorded["function"].append(call)
        answer = self.asker.ask(call, list(kms_backends[ACCOUNT][region].keys.values()))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        decided.key_refused = "keyRefused" in answer
        refused = answer.get("refused")
        return refusal_of(call["service"], refused) if refused else None


def end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    server = serve_on_a_free_port(Application())
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()
