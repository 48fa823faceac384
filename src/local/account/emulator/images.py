"""Registers images as EC2 does: keeps what it is given, makes no snapshot, and refuses what EC2 refuses.

Defaults and refusals: API Reference, RegisterImage (i386, paravirtual; "you can't specify the encryption state") and
EbsBlockDevice (KmsKeyId "is only supported on BlockDeviceMapping objects called by RunInstances"). Words: packer#7035.
"""

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.amis import Ami
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.exceptions import InvalidSnapshotInUse
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.utils import random_ami_id
from billing import billing_of, show_billing
from refusals import refuse
from volume_rules import checked, snapshot_of

GIVEN = ("Name", "Description", "Architecture", "BootMode", "TpmSupport", "ImdsSupport", "EnaSupport",
         "SriovNetSupport", "VirtualizationType", "RootDeviceName", "UefiData")


class RegisteredImage(Ami):
    """An image of given facts. Not moto's own making: that makes a snapshot of 15 GiB."""

    # moto files each of its models by its module.
    __module__ = "moto.ec2.models.amis"

    def __init__(self, ec2_backend, image_id: str, facts: dict, mappings: list, billing: dict):
        TaggedEC2Resource.__init__(self)
        self.ec2_backend, self.id, self.mappings = ec2_backend, image_id, mappings
        self.name, self.description = facts.get("Name"), facts.get("Description")
        self.state, self.image_type, self.hypervisor = "available", "machine", "xen"
        self.owner_id, self.owner_alias = ec2_backend.account_id, None
        self.image_location = f"{self.owner_id}/{self.name}"
        self.creation_date = utcnow()
        self.architecture = facts.get("Architecture") or "i386"
        self.virtualization_type = facts.get("VirtualizationType") or "paravirtual"
        self.root_device_name, self.root_device_type = facts.get("RootDeviceName"), "ebs"
        self.boot_mode, self.tpm_support = facts.get("BootMode"), facts.get("TpmSupport")
        self.imds_support, self.ena_support = facts.get("ImdsSupport"), bool(facts.get("EnaSupport"))
        self.sriov_net_support = facts.get("SriovNetSupport")
        self.uefi_data = facts.get("UefiData")
        self.kernel_id = self.instance_id = None
        self.launch_permissions = []
        # By the names that moto's DescribeImageAttribute has for them.
        self.uefi, self.tmp, self.imds, self.sriov = (
            self.uefi_data, self.tpm_support, self.imds_support, self.sriov_net_support)
        show_billing(self, billing)

    @property
    def block_device_mappings(self) -> list:
        return self.mappings


def check_mapping(ec2, mapping: dict) -> dict:
    """Returns one mapping as DescribeImages shows it."""
    ebs, device = mapping.get("Ebs"), mapping.get("DeviceName")
    if ebs is None:
        return mapping
    if ebs.get("SnapshotId") and ebs.get("Encrypted") is not None:
        refuse("InvalidBlockDeviceMapping",
               f"the encrypted flag cannot be specified since device {device} has a snapshot specified.")
    if ebs.get("KmsKeyId"):
        refuse("InvalidBlockDeviceMapping", f"the KMS key of device {device} can be specified in RunInstances only.")
    if not ebs.get("SnapshotId") and not ebs.get("VolumeSize"):
        refuse("InvalidBlockDeviceMapping", f"Either snapshot ID or volume size must be provided for: {device}")
    given = {"Size": ebs.get("VolumeSize"), **{key: ebs.get(key) for key in (
        "SnapshotId", "VolumeType", "Iops", "Throughput", "Encrypted")}}
    facts = checked(ec2, given, "InvalidBlockDeviceMapping")
    shown = {key: facts[key] for key in ("SnapshotId", "VolumeType", "Throughput") if facts.get(key)}
    if facts["VolumeType"] in ("gp3", "io1", "io2"):
        shown["Iops"] = facts["Iops"]
    kept = ebs.get("DeleteOnTermination")
    encrypted = facts["snapshot"].encrypted if facts["snapshot"] is not None else bool(ebs.get("Encrypted"))
    return {"DeviceName": device, "Ebs": {**shown, "VolumeSize": facts["Size"], "Encrypted": encrypted,
                                          "DeleteOnTermination": True if kept is None else kept}}


def check_image(ec2, facts: dict, mappings: list) -> dict:
    """Returns the billing of the root's snapshot, or refuses."""
    root = facts.get("RootDeviceName")
    snapshot_id = next((one["Ebs"].get("SnapshotId") for one in mappings
                        if one.get("DeviceName") == root and one.get("Ebs")), None)
    if root is None or snapshot_id is None:
        refuse("InvalidBlockDeviceMapping", "No root snapshot specified in device mapping.")
    own = [one for one in ec2.amis.values() if one.owner_id == ec2.account_id]
    used = next((one.id for one in own if one.name == facts.get("Name")), None)
    if used is not None:
        refuse("InvalidAMIName.Duplicate", f"AMI name {facts['Name']} is already in use by AMI {used}")
    if facts.get("TpmSupport") and facts.get("BootMode") != "uefi":
        refuse("InvalidParameterCombination", "TpmSupport needs the boot mode uefi.")
    return billing_of(snapshot_of(ec2, snapshot_id))


def register_image(self):
    ec2 = self.ec2_backend
    facts = {name: self._get_param(name) for name in GIVEN}
    mappings = [check_mapping(ec2, one) for one in self._get_param("BlockDeviceMappings", [])]
    billing = check_image(ec2, facts, mappings)
    self.error_on_dryrun()
    image = RegisteredImage(ec2, random_ami_id(), facts, mappings, billing)
    ec2.amis[image.id] = image
    image.add_tags(self._parse_tag_specification("image").get("image", {}))
    return ActionResult({"ImageId": image.id})


AmisResponse.register_image = register_image

plain_delete_snapshot = EBSBackend.delete_snapshot


def delete_snapshot(self, snapshot_id: str):
    for image in self.amis.values():
        if any((one.get("Ebs") or {}).get("SnapshotId") == snapshot_id for one in image.block_device_mappings):
            raise InvalidSnapshotInUse(snapshot_id, image.id)
    return plain_delete_snapshot(self, snapshot_id)


EBSBackend.delete_snapshot = delete_snapshot
