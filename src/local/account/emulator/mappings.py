"""Merges the block device mappings of an image and of a launch, with EC2's refusals.

Words of the refusals: hashicorp/packer#2765 (a snapshot for an instance store), OpenStack's copy of the EC2 API
("snapshotId cannot be modified on root device"); NOT VERIFIED against AWS. `checked` has what single volumes must be.
"""

from refusals import refuse
from volume_rules import checked

KEPT = ("SnapshotId", "VolumeType", "Iops", "Throughput", "Encrypted", "KmsKeyId", "VolumeInitializationRate")
# Figures of the image that another type does not have.
OF_ITS_TYPE = ("Iops", "Throughput")


def check_override(image, device: str, base: dict | None, given: dict) -> None:
    snapshot_id = given.get("SnapshotId")
    if snapshot_id is None:
        return
    if device == image.root_device_name and snapshot_id != (base or {}).get("SnapshotId"):
        refuse("InvalidBlockDeviceMapping", "snapshotId cannot be modified on root device")
    if device in [one.get("DeviceName") for one in image.block_device_mappings if one.get("VirtualName")]:
        refuse("InvalidBlockDeviceMapping", "snapshotId can only be modified on EBS devices")


def merged(base: dict | None, given: dict) -> dict:
    kept = dict(base or {})
    kept.pop("Encrypted", None)
    if given.get("VolumeType") not in (None, kept.get("VolumeType")):
        kept = {key: value for key, value in kept.items() if key not in OF_ITS_TYPE}
    return {**kept, **{key: value for key, value in given.items() if value is not None}}


def check_root_once(image, by_device: dict) -> None:
    """Refuses the root's snapshot on a second device. Stricter than EC2 may be: such a volume may be booted from
    (User Guide, instance-booting-from-wrong-volume), so a restore must never ask for it."""
    root = (by_device.get(image.root_device_name) or {}).get("SnapshotId")
    again = [device for device, ebs in by_device.items()
             if device != image.root_device_name and root is not None and ebs.get("SnapshotId") == root]
    if again:
        refuse("InvalidBlockDeviceMapping", f"The snapshot of the root device is given for {again[0]} again.")


def effective(ec2, image, asked: list) -> dict:
    """Returns the checked facts of each volume of the launch, by device."""
    by_device = {one["DeviceName"]: one.get("Ebs") or {} for one in image.block_device_mappings}
    seen = set()
    for one in asked:
        device, given = one.get("DeviceName"), one.get("Ebs")
        if device in seen:
            refuse("InvalidBlockDeviceMapping", f"Duplicate device name {device}.")
        seen.add(device)
        if one.get("NoDevice") is not None:
            by_device.pop(device, None)
            continue
        if given is None:
            continue
        base = by_device.get(device)
        check_override(image, device, base, given)
        by_device[device] = merged(base, given)
    check_root_once(image, by_device)
    return {device: facts_of(ec2, device, ebs) for device, ebs in by_device.items() if ebs}


def facts_of(ec2, device: str, ebs: dict) -> dict:
    if not ebs.get("SnapshotId") and not ebs.get("VolumeSize"):
        refuse("InvalidBlockDeviceMapping", f"Either snapshot ID or volume size must be provided for: {device}")
    given = {"Size": ebs.get("VolumeSize"), **{key: ebs.get(key) for key in KEPT}}
    kept = ebs.get("DeleteOnTermination")
    facts = checked(ec2, given, "InvalidBlockDeviceMapping")
    return {**facts, "DeleteOnTermination": True if kept is None else kept}
