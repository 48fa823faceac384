"""Decides what may replace an instance's root volume, and makes the volume.

Rules: API Reference, CreateReplaceRootVolumeTask, and User Guide, replace-root: only snapshots made directly of the
current or a former root, no copies; an image "must have the same product code, billing information, architecture
type, and virtualization type". AWS documents no error codes for them: NOT VERIFIED.
"""

from moto.ec2.exceptions import InvalidAMIIdError
from billing import billing_of, codes_of
from refusals import refuse
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
