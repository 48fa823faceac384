"""CreateReplaceRootVolumeTask: what it refuses, and its task over a while of the emulator's clock.

Rules: API Reference, CreateReplaceRootVolumeTask, and User Guide, replace-root: only snapshots made directly of the
current or a former root, no copies; an image "must have the same product code, billing information, architecture
type, and virtualization type"; the instance must be running. AWS documents no error codes for them: NOT VERIFIED.
"""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import InvalidAMIIdError
from moto.ec2.responses.instances import InstanceResponse
from moto.moto_api._internal import mock_random
from billing import billing_of, codes_of
from faults import switches
from later import later, pending
from refusals import refuse
from tokens import once
from volume_rules import checked, snapshot_of
from volumes import make_volume

SOURCES = ("SnapshotId", "ImageId", "VolumeId")


def root_of(instance):
    mapped = instance.block_device_mapping.get(instance.root_device_name)
    if mapped is None:
        refuse("IncorrectState", f"The instance '{instance.id}' has no root volume.")
    return instance.ec2_backend.get_volume(mapped.volume_id)


def snapshot_from(ec2, instance, snapshot_id: str):
    snapshot = snapshot_of(ec2, snapshot_id)
    if getattr(snapshot, "made_by", "snapshot") != "snapshot":
        refuse("InvalidParameterValue", f"The snapshot '{snapshot_id}' is a copy.")
    if snapshot.volume.id not in getattr(instance, "root_volumes", []):
        refuse("InvalidParameterValue",
               f"The snapshot '{snapshot_id}' was not created from a root volume of instance '{instance.id}'.")
    return snapshot


def snapshot_of_image(ec2, instance, image_id: str, root):
    image = ec2.amis.get(image_id)
    if image is None:
        raise InvalidAMIIdError(image_id)
    same = {
        "product codes": (codes_of(image), codes_of(instance)),
        "billing information": (billing_of(image)["UsageOperation"], billing_of(instance)["UsageOperation"]),
        "architecture": (image.architecture, instance.architecture),
        "virtualization type": (image.virtualization_type, instance.virtualization_type),
        "TPM support": (getattr(image, "tpm_support", None), getattr(instance, "tpm_support", None)),
    }
    unlike = [name for name, (ours, its) in same.items() if ours != its]
    if getattr(instance, "ena_support", False) and not getattr(image, "ena_support", True):
        unlike.append("ENA support")
    if unlike:
        refuse("InvalidParameterValue",
               f"The image '{image_id}' differs from instance '{instance.id}': {', '.join(unlike)}.")
    ebs = next(one["Ebs"] for one in image.block_device_mappings if one["DeviceName"] == image.root_device_name)
    if ebs["VolumeSize"] < root.size:
        refuse("InvalidParameterValue", f"The root volume of image '{image_id}' is smaller than the current one.")
    return snapshot_of(ec2, ebs["SnapshotId"])


def replacement(response, instance, root):
    """Returns a function that makes the new volume, of the type and figures of the one that it replaces."""
    ec2, given = response.ec2_backend, {name: response._get_param(name) for name in SOURCES}
    if sum(value is not None for value in given.values()) > 1:
        refuse("InvalidParameterCombination", f"Specify one of {', '.join(SOURCES)}.")
    if given["VolumeId"]:
        volume = ec2.get_volume(given["VolumeId"])
        if volume.status != "available" or volume.availability_zone != instance.placement.zone:
            refuse("IncorrectState", f"{volume.id} is not 'available' in {instance.placement.zone}.")
        if root.encrypted and not volume.encrypted:
            refuse("InvalidParameterValue", f"{volume.id} is not encrypted.")
        return lambda: volume
    if given["ImageId"]:
        source = snapshot_of_image(ec2, instance, given["ImageId"], root)
    elif given["SnapshotId"]:
        source = snapshot_from(ec2, instance, given["SnapshotId"])
    else:
        source = snapshot_of(ec2, getattr(instance, "launch_snapshot", None) or root.snapshot_id)
    figures = {"Size": max(root.size, source.volume_size), "VolumeType": root.volume_type, "SnapshotId": source.id,
               "VolumeInitializationRate": response._get_param("VolumeInitializationRate")}
    if root.volume_type in ("gp3", "io1", "io2"):
        figures["Iops"] = root.iops
    if root.volume_type == "gp3":
        figures["Throughput"] = root.throughput
    facts = checked(ec2, figures)
    return lambda: make_volume(ec2, instance.placement.zone, facts)


def create_replace_root_volume_task(self):
    instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
    if instance.state != "running":
        refuse("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'running' state.")
    if ".metal" in instance.instance_type and not instance.instance_type.startswith("mac"):
        refuse("Unsupported", f"Root volume replacement is not supported for {instance.instance_type}.")
    root = root_of(instance)
    make = replacement(self, instance, root)
    self.error_on_dryrun()
    return ActionResult({"ReplaceRootVolumeTask": once(self, lambda: begin(self, instance, root, make()))})


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
    later(2 * half, lambda: finish(task, instance, root, volume, outcome))
    return task


def progress(task: dict, instance, root, outcome: str | None) -> None:
    """The second half: the old root is detached, unless the new one could not be made."""
    task["TaskState"] = "in-progress" if outcome is None else "failing"
    if outcome == "failed":
        return
    kept = instance.block_device_mapping[instance.root_device_name].delete_on_termination
    task["kept"] = bool(kept)
    instance.ec2_backend.detach_volume(root.id, instance.id, None)


def finish(task: dict, instance, root, volume, outcome: str | None) -> None:
    ec2 = instance.ec2_backend
    task["TaskState"], task["CompleteTime"] = outcome or "succeeded", stamp()
    if outcome is not None:
        ec2.volumes.pop(volume.id, None)
        return
    volume.creating = False
    ec2.attach_volume(volume.id, instance.id, instance.root_device_name, task["kept"])
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
