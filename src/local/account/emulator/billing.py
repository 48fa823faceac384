"""Keeps billing metadata on volumes, snapshots and their copies, where RegisterImage reads it.

"RegisterImage attempts to retrieve the correct licensing information from the snapshot" (API Reference,
RegisterImage); product codes go from a snapshot to its volumes (CreateVolume) and from a volume to its snapshots.
Whether a copy in another Region carries it is not documented: the switch `loseBilling` says that it does not.
"""

from moto.ec2.models.elastic_block_store import EBSBackend
from faults import switches

LINUX = {"PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances", "ProductCodes": []}


def billing_of(thing) -> dict:
    return getattr(thing, "billing", None) or LINUX


def codes_of(thing) -> list:
    return sorted(code["ProductCodeId"] for code in billing_of(thing)["ProductCodes"])


def show_billing(thing, billing: dict) -> None:
    """Sets what a describe call shows of an image or an instance."""
    thing.billing = billing
    thing.platform_details = billing["PlatformDetails"]
    thing.usage_operation = billing["UsageOperation"]
    thing.product_codes = billing["ProductCodes"]
    thing.platform = "windows" if billing["PlatformDetails"].startswith("Windows") else None


def given_billing(facts: dict) -> dict | None:
    """Returns what the facts of an instance or image say; None if nothing."""
    said = {key: facts[key] for key in LINUX if facts.get(key)}
    return {**LINUX, **said} if said else None


plain_create_snapshot = EBSBackend.create_snapshot
plain_copy_snapshot = EBSBackend.copy_snapshot


def create_snapshot(self, volume_id: str, *given, **more):
    snapshot = plain_create_snapshot(self, volume_id, *given, **more)
    snapshot.billing = getattr(snapshot.volume, "billing", None)
    snapshot.size = snapshot.volume.size
    return snapshot


def copy_snapshot(self, source_snapshot_id: str, source_region: str, *given, **more):
    from moto.ec2 import ec2_backends
    copy = plain_copy_snapshot(self, source_snapshot_id, source_region, *given, **more)
    source = ec2_backends[self.account_id][source_region].snapshots[source_snapshot_id]
    lost = switches["loseBilling"] and source_region != self.region_name
    copy.billing = None if lost else getattr(source, "billing", None)
    copy.size = size_of(source)
    return copy


def size_of(snapshot) -> int:
    """Returns the size that the volume had then: moto shows the one that it has now."""
    return getattr(snapshot, "size", snapshot.volume.size)


EBSBackend.create_snapshot = create_snapshot
EBSBackend.copy_snapshot = copy_snapshot
