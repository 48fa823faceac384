"""The instances and volumes of an inventory in the emulated account, with what moto lacks of them.

The rehearsal has checked every field (src/local/account/inventory/): what is given here is complete and in order.
"""

from collections import defaultdict

from moto.ec2 import ec2_backends
from moto.ec2.models.instances import Instance, InstanceBackend
import attachments  # noqa: F401
from billing import given_billing, show_billing
from keys import FLEET_KEYS

# An instance's state as a number (AWS, API reference, InstanceState).
STATE_CODES = {"running": 16, "terminated": 48, "stopped": 80}

# By region and id: moto goes through all instances for each that is asked for.
FLEETS: dict = defaultdict(dict)
InstanceBackend.fleet = property(lambda self: FLEETS[self.region_name])

plain_get_instance = InstanceBackend.get_instance


def get_instance(self, instance_id: str) -> Instance:
    return self.fleet.get(instance_id) or plain_get_instance(self, instance_id)


InstanceBackend.get_instance = get_instance

# What an instance of a file may say beside what a backup needs, by moto's names.
FACTS = {
    "Architecture": "architecture",
    "VirtualizationType": "virtualization_type",
    "BootMode": "boot_mode",
    "CurrentInstanceBootMode": "current_instance_boot_mode",
    "TpmSupport": "tpm_support",
    "EnaSupport": "ena_support",
    "KeyName": "key_name",
    "CpuOptions": "cpu_options",
    "CpuCredits": "cpu_credits",
    "UefiData": "uefi_data",
    "IamInstanceProfile": "iam_instance_profile",
    "DisableApiTermination": "disable_api_termination",
}


def keep_facts(instance: Instance, given: dict) -> None:
    instance.virtualization_type = "hvm"
    for name, attribute in FACTS.items():
        if given.get(name) is not None:
            setattr(instance, attribute, given[name])
    billing = given_billing(given)
    if billing is None:
        return
    show_billing(instance, billing)
    root = instance.block_device_mapping.get(instance.root_device_name)
    if root is not None:
        instance.ec2_backend.volumes[root.volume_id].billing = billing


def load_fleet(account: str, region: str, instances: list, volumes: list) -> None:
    ec2 = ec2_backends[account][region]
    known = {volume["VolumeId"]: volume for volume in volumes}
    for given in instances:
        zone = given["Placement"]["AvailabilityZone"]
        # Not the given image and type: moto refuses those that it does not know.
        made = ec2.run_instances(
            "ami-12c6146b", 1, None, [], instance_type="t3.micro", is_instance_type_default=False,
            region_name=region,
        ).instances[0]
        for mapping in made.block_device_mapping.values():
            ec2.volumes.pop(mapping.volume_id, None)
        made.block_device_mapping.clear()
        made.root_volumes = []
        made.id = given["InstanceId"]
        made.instance_type = given["InstanceType"]
        made.root_device_name = given.get("RootDeviceName")
        made.root_device_type = given.get("RootDeviceType")
        made._placement.zone = zone
        made._state.name = given["State"]["Name"]
        made._state.code = STATE_CODES[made._state.name]
        made.add_tags({tag["Key"]: tag["Value"] for tag in given["Tags"]})
        FLEETS[region][made.id] = made
        for mapping in given["BlockDeviceMappings"]:
            volume_id = mapping["Ebs"]["VolumeId"]
            make_volume(ec2, zone, known[volume_id])
            kept = mapping["Ebs"].get("DeleteOnTermination", False)
            ec2.attach_volume(volume_id, made.id, mapping["DeviceName"], kept)
        keep_facts(made, given)


def make_volume(ec2, zone: str, facts: dict) -> None:
    volume_id = facts["VolumeId"]
    if volume_id in ec2.volumes:
        return
    volume = ec2.create_volume(size=facts["Size"], zone_name=ec2.region_name + "a")
    del ec2.volumes[volume.id]
    volume.id = volume_id
    volume.volume_type = facts["VolumeType"]
    volume.iops = facts.get("Iops")
    volume.throughput = facts.get("Throughput")
    volume.encrypted = facts["Encrypted"]
    volume.kms_key_id = facts.get("KmsKeyId")
    FLEET_KEYS.add(volume.kms_key_id)
    volume.multi_attach_enabled = facts["MultiAttachEnabled"]
    ec2.volumes[volume_id] = volume
    volume.add_tags({tag["Key"]: tag["Value"] for tag in facts["Tags"]})
