"""Launches instances with EC2's checks, and keeps what moto drops of a launch.

Codes: API Reference, errors-overview.
"""

import threading

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import InvalidAMIIdError
from moto.ec2.models.instances import Instance
from moto.ec2.responses.instances import InstanceResponse
from moto.iam.models import iam_backends
from billing import billing_of, show_billing
from fleet import FLEETS
from image_fit import check_fit, cpu_credits, cpu_options, current_boot_mode
from mappings import effective
from network import check_network, finish_network
from placement import check_capacity, check_offered
from refusals import refuse
from starting import start
from tokens import once
from volumes import make_volume

# The volumes of the launch that this thread carries out, by device.
launching = threading.local()

plain_run_instances = InstanceResponse.run_instances
plain_add_block_device = Instance.add_block_device


def add_block_device(self, size: int, device_path: str, *given, **more) -> None:
    facts = getattr(launching, "volumes", {}).get(device_path)
    if facts is None:
        plain_add_block_device(self, size, device_path, *given, **more)
        return
    volume = make_volume(self.ec2_backend, self.placement.zone, facts)
    if device_path == self.root_device_name and volume.billing is None:
        volume.billing = launching.billing
    self.ec2_backend.attach_volume(volume.id, self.id, device_path, facts["DeleteOnTermination"])


Instance.add_block_device = add_block_device


def check_profile(response) -> None:
    iam = iam_backends[response.current_account][response.partition]
    for kind in ("Name", "Arn"):
        value = response._get_param(f"IamInstanceProfile.{kind}")
        known = [getattr(one, kind.lower()) for one in iam.instance_profiles.values()]
        if value is not None and value not in known:
            what = kind if kind == "Name" else "ARN"
            refuse("InvalidParameterValue", f"Value ({value}) for parameter iamInstanceProfile.{kind.lower()} is "
                                            f"invalid. Invalid IAM Instance Profile {what.lower()}")


def check_key_pair(response) -> None:
    name = response._get_param("KeyName")
    if name is not None and name not in response.ec2_backend.key_pairs:
        refuse("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def image_of(response):
    image_id = response._get_param("ImageId")
    image = response.ec2_backend.amis.get(image_id)
    if image is None:
        raise InvalidAMIIdError(image_id)
    if image.state != "available":
        refuse("InvalidAMIID.Unavailable", f"The image ID '{image_id}' is no longer available")
    return image


def run_instances(self):
    return ActionResult(once(self, lambda: checked_launch(self)))


def checked_launch(response):
    """Checks in the order: what there is, what fits, then IAM's dry run, then capacity."""
    image, instance_type = image_of(response), response._get_param("InstanceType", "m1.small")
    check_profile(response)
    check_key_pair(response)
    zone = check_network(response, instance_type)
    check_offered(response.region, zone, instance_type)
    check_fit(image, instance_type)
    credits = cpu_credits(instance_type, response._get_param("CreditSpecification.CpuCredits"))
    volumes = effective(response.ec2_backend, image, response._get_param("BlockDeviceMappings", []))
    response.error_on_dryrun()
    return launched(response, image, zone, volumes, credits)


def launched(response, image, zone: str, volumes: dict, credits: str):
    count = int(response._get_param("MinCount", 1))
    check_capacity(response.ec2_backend, zone, response._get_param("InstanceType", "m1.small"), count)
    asked = dict(response.params)
    response.params["BlockDeviceMappings"] = [
        {"DeviceName": device, "Ebs": {"VolumeSize": facts["Size"]}} for device, facts in volumes.items()]
    if getattr(image, "imds_support", None) == "v2.0":
        response.params["MetadataOptions"] = {
            "HttpTokens": "required", "HttpPutResponseHopLimit": 2, **response._get_param("MetadataOptions", {})}
    launching.volumes, launching.billing = volumes, billing_of(image)
    try:
        reservation = plain_run_instances(response).result
    finally:
        launching.volumes = {}
        response.params.clear()
        response.params.update(asked)
    for instance in reservation.instances:
        keep(response, instance, image, credits)
        start(instance)
    return reservation


def keep(response, instance: Instance, image, credits: str) -> None:
    """Keeps what moto's instance has no place for."""
    show_billing(instance, billing_of(image))
    instance.usage_operation_update_time = utcnow()
    instance.boot_mode = getattr(image, "boot_mode", None)
    instance.current_instance_boot_mode = current_boot_mode(image, instance.instance_type)
    instance.tpm_support = getattr(image, "tpm_support", None)
    instance.ena_support = getattr(image, "ena_support", True)
    instance.sriov_net_support = getattr(image, "sriov_net_support", None)
    instance.uefi_data = getattr(image, "uefi_data", None)
    instance.cpu_options = cpu_options(instance.instance_type, response._get_param("CpuOptions"))
    instance.cpu_credits = credits
    instance.disable_api_termination = bool(response._get_param("DisableApiTermination"))
    instance.placement.tenancy = response._get_param("Placement.Tenancy", "default")
    instance.placement.group_name = response._get_param("Placement.GroupName", "")
    finish_network(response, instance)
    tag_interfaces(response, instance)
    FLEETS[instance.region_name][instance.id] = instance


def tag_interfaces(response, instance: Instance) -> None:
    """moto tags instances and volumes alone."""
    for given in response._get_param("TagSpecifications", []):
        if given.get("ResourceType") == "network-interface":
            for interface in instance.nics.values():
                interface.add_tags({tag["Key"]: tag.get("Value", "") for tag in given.get("Tags", [])})


InstanceResponse.run_instances = run_instances
