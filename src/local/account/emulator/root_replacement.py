"""Replaces a root volume over a while of the emulator's clock (CreateReplaceRootVolumeTask); by what: root_sources.py.

States: API Reference, ReplaceRootVolumeTask. The instance keeps running; the old root is kept, detached, unless the
call says otherwise. AWS documents no error codes for its refusals: NOT VERIFIED.
"""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.responses.instances import InstanceResponse
from moto.moto_api._internal import mock_random
from faults import switches
from later import later, pending
from refusals import refuse
from root_sources import replacement, root_of
from tokens import once

# By task: whether the root that was taken off was to be deleted with its instance.
kept: dict = {}


def create_replace_root_volume_task(self):
    return ActionResult({"ReplaceRootVolumeTask": once(self, lambda: checked_task(self))})


def checked_task(response) -> dict:
    instance = response.ec2_backend.get_instance(response._get_param("InstanceId"))
    if instance.state != "running":
        refuse("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'running' state.")
    if ".metal" in instance.instance_type and not instance.instance_type.startswith("mac"):
        refuse("Unsupported", f"Root volume replacement is not supported for {instance.instance_type}.")
    root = root_of(instance)
    make = replacement(response, instance, root)
    response.error_on_dryrun()
    return begin(response, instance, root, make())


def stamp() -> str:
    return utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")


def begin(response, instance, root, volume) -> dict:
    task_id = f"replacevol-{mock_random.get_random_hex(17)}"
    task = {"ReplaceRootVolumeTaskId": task_id, "InstanceId": instance.id, "TaskState": "pending",
            "StartTime": stamp(), "SnapshotId": response._get_param("SnapshotId"),
            "ImageId": response._get_param("ImageId"),
            "DeleteReplacedRootVolume": bool(response._get_param("DeleteReplacedRootVolume")),
            "Tags": [{"Key": key, "Value": value} for tags in response._parse_tag_specification().values()
                     for key, value in tags.items()]}
    response.ec2_backend.__dict__.setdefault("root_tasks", {})[task_id] = task
    outcome = "failed" if getattr(volume, "lost", False) else switches["rootTask"]
    half = pending["rootTask"]
    later(half, lambda: progress(task, instance, root, outcome))
    is_own = response._get_param("VolumeId") is not None
    later(2 * half, lambda: finish(task, instance, root, volume, is_own, outcome))
    return task


def progress(task: dict, instance, root, outcome: str | None) -> None:
    """Detaches the old root, unless the new one could not be made."""
    task["TaskState"] = "in-progress" if outcome is None else "failing"
    mapped = instance.block_device_mapping.get(instance.root_device_name)
    if outcome != "failed" and mapped is not None and mapped.volume_id == root.id:
        kept[task["ReplaceRootVolumeTaskId"]] = bool(mapped.delete_on_termination)
        instance.ec2_backend.detach_volume(root.id, instance.id, None)


def finish(task: dict, instance, root, volume, is_own: bool, outcome: str | None) -> None:
    """Attaches the new root, or ends without. @param is_own the volume was the caller's before: a failure keeps it"""
    ec2, deleted = instance.ec2_backend, kept.pop(task["ReplaceRootVolumeTaskId"], None)
    if outcome is None and deleted is None:
        # The instance ended meanwhile, or lost its root.
        outcome = "failed"
    task["TaskState"], task["CompleteTime"] = outcome or "succeeded", stamp()
    if outcome is not None:
        if not is_own:
            ec2.volumes.pop(volume.id, None)
        return
    volume.creating = False
    ec2.attach_volume(volume.id, instance.id, instance.root_device_name, deleted)
    if task["DeleteReplacedRootVolume"]:
        ec2.volumes.pop(root.id, None)


def describe_replace_root_volume_tasks(self):
    tasks = self.ec2_backend.__dict__.get("root_tasks", {})
    ids = self._get_param("ReplaceRootVolumeTaskIds", [])
    unknown = [one for one in ids if one not in tasks]
    if unknown:
        refuse("InvalidReplaceRootVolumeTaskID.NotFound", f"The task ID '{unknown[0]}' does not exist.")
    wanted = (self._filters_from_querystring() or {}).get("instance-id")
    return ActionResult({"ReplaceRootVolumeTasks": [
        task for key, task in tasks.items()
        if (not ids or key in ids) and (wanted is None or task["InstanceId"] in wanted)]})


InstanceResponse.create_replace_root_volume_task = create_replace_root_volume_task
InstanceResponse.describe_replace_root_volume_tasks = describe_replace_root_volume_tasks
