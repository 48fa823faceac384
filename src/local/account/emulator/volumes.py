"""Creates volumes as EC2 does: with all figures, a while in `creating`, and an end without a word under a lost key.

"Amazon Web Services authenticates the KMS key asynchronously. Therefore, if you specify an ID, alias, or ARN that is
not valid, the action can appear to complete, but eventually fails" (API Reference, CreateVolume). What becomes of
such a volume: kubernetes-sigs/aws-ebs-csi-driver#2685: DescribeVolumes says InvalidVolume.NotFound.
"""

from datetime import timedelta

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.elastic_block_store import EBSBackend, Snapshot, Volume
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from billing import size_of
from keys import arn_of, usable
from later import later, pending
from refusals import refuse
from tokens import once
from volume_rules import checked

MIB_PER_GIB = 1024
# At first read, where no rate was bought (github-aws-runners/terraform-aws-github-runner#5163).
LAZY_RATE = 5

Snapshot.volume_size = property(size_of)


def status_of(volume: Volume) -> str:
    if volume.attachments:
        return "in-use"
    return "creating" if getattr(volume, "creating", False) else "available"


Volume.status = property(status_of)
Volume.product_codes = property(lambda self: (getattr(self, "billing", None) or {}).get("ProductCodes", []))

plain_create_volume = EBSBackend.create_volume


def key_of(ec2, facts: dict) -> str | None:
    """Returns the ARN of the key that the volume is under: the given one, or its snapshot's, or the account's."""
    if facts.get("KmsKeyId"):
        return arn_of(ec2.region_name, facts["KmsKeyId"])
    snapshot = facts["snapshot"]
    if snapshot is not None and snapshot.kms_key_id:
        return arn_of(ec2.region_name, snapshot.kms_key_id)
    if facts.get("Encrypted") or (snapshot is not None and snapshot.encrypted):
        return ec2.default_kms_key_id or ec2._create_default_encryption_key()
    return None


def make_volume(ec2, zone: str, facts: dict) -> Volume:
    """Makes a volume of checked facts. `lost` is true if it is going to vanish for want of a key."""
    key, snapshot = key_of(ec2, facts), facts["snapshot"]
    volume = plain_create_volume(ec2, size=facts["Size"], zone_name=zone)
    volume.volume_type = facts["VolumeType"]
    volume.snapshot_id = snapshot.id if snapshot is not None else None
    volume.iops, volume.throughput = facts["Iops"], facts["Throughput"]
    volume.multi_attach_enabled = bool(facts.get("MultiAttachEnabled"))
    volume.encrypted, volume.kms_key_id = key is not None, key
    volume.volume_initialization_rate = facts["VolumeInitializationRate"]
    volume.billing = getattr(snapshot, "billing", None)
    volume.creating = True
    keys = [key, snapshot.kms_key_id if snapshot is not None else None]
    volume.lost = not all(usable(ec2.region_name, one) for one in keys)
    if volume.lost:
        later(pending["keyRefusal"], lambda: ec2.volumes.pop(volume.id, None))
    else:
        later(pending["volume"], lambda: setattr(volume, "creating", False))
    return volume


def initialization_of(volume: Volume) -> dict | None:
    """Returns type, progress and, with a rate, the time left. None: it was made of no snapshot."""
    if volume.snapshot_id is None:
        return None
    rate = getattr(volume, "volume_initialization_rate", None)
    needed = volume.size * MIB_PER_GIB / (rate or LAZY_RATE)
    passed = (utcnow() - volume.create_time) / timedelta(seconds=1)
    progress = {"Progress": min(100, int(100 * passed / needed))}
    if rate is None:
        return {"InitializationType": "default", **progress}
    return {"InitializationType": "provisioned-rate", **progress,
            "EstimatedTimeToCompleteInSeconds": max(0, round(needed - passed))}


GIVEN = ("Size", "SnapshotId", "VolumeType", "Iops", "Throughput", "MultiAttachEnabled", "Encrypted", "KmsKeyId",
         "VolumeInitializationRate")


def zone_of(response) -> str:
    ec2, name = response.ec2_backend, response._get_param("AvailabilityZone")
    zone_id = response._get_param("AvailabilityZoneId")
    if bool(name) == bool(zone_id):
        refuse("MissingParameter", "Either AvailabilityZone or AvailabilityZoneId must be specified, but not both.")
    zones = {one for zone in ec2.describe_availability_zones() for one in [(zone.name, zone.zone_id)]}
    found = [zone for zone, known_id in zones if name == zone or zone_id == known_id]
    if not found:
        refuse("InvalidZone.NotFound", f"The zone '{name or zone_id}' does not exist.")
    return found[0]


def create_volume(self):
    return ActionResult(once(self, lambda: checked_volume(self)))


def checked_volume(response) -> Volume:
    zone = zone_of(response)
    facts = checked(response.ec2_backend, {name: response._get_param(name) for name in GIVEN})
    response.error_on_dryrun()
    volume = make_volume(response.ec2_backend, zone, facts)
    volume.add_tags(response._parse_tag_specification().get("volume", {}))
    return volume


ElasticBlockStore.create_volume = create_volume
