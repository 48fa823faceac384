"""Adds public images of somebody else (/vault/images): to launch from, or to replace a root by."""

from moto.ec2.models.elastic_block_store import Snapshot, Volume
from billing import LINUX, given_billing
from images import RegisteredImage

OWNER = "137112412989"


def load_images(ec2, images: list) -> None:
    """Adds images as DescribeImages shows them; a root of 8 GiB where none is given."""
    for facts in images:
        root = facts.setdefault("RootDeviceName", "/dev/xvda")
        size = next((one["Ebs"]["VolumeSize"] for one in facts.get("BlockDeviceMappings", [])
                     if one["DeviceName"] == root), 8)
        snapshot = others_snapshot(ec2, facts, size)
        mapping = {"DeviceName": root, "Ebs": {"SnapshotId": snapshot.id, "VolumeSize": size, "VolumeType": "gp3",
                                               "Iops": 3000, "Throughput": 125, "DeleteOnTermination": True}}
        standard = {"Architecture": "x86_64", "VirtualizationType": "hvm", "EnaSupport": True}
        image = RegisteredImage(ec2, facts["ImageId"], {**standard, **facts}, [mapping],
                                given_billing(facts) or LINUX)
        image.owner_id, image.owner_alias = OWNER, "amazon"
        image.launch_permissions.append({"Group": "all"})
        ec2.amis[image.id] = image


def others_snapshot(ec2, facts: dict, size: int) -> Snapshot:
    """Makes the root's snapshot, where no DescribeSnapshots of this account finds it."""
    volume = Volume(ec2, "vol-ffffffff", size, None)
    snapshot = Snapshot(ec2, facts["ImageId"].replace("ami-", "snap-"), volume, "", owner_id=OWNER)
    snapshot.made_by, snapshot.billing = "others", given_billing(facts)
    ec2.__dict__.setdefault("others_snapshots", {})[snapshot.id] = snapshot
    return snapshot
