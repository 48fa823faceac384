"""Decides whether a zone has an instance type at all, and capacity and quota for it now.

Words of the refusals: SUSE-Enceladus/ec2imgutils#103 (Unsupported), API Reference, errors-overview
(InsufficientInstanceCapacity is a server error: status 500; VcpuLimitExceeded).
"""

import re

from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPES, INSTANCE_TYPE_OFFERINGS
from moto.ec2.responses.instances import InstanceResponse
from faults import switches
from refusals import ServerError, refuse

LOOKS_LIKE_A_TYPE = re.compile(r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$")
LIVE = ("pending", "running")


def matches(rule: dict, zone: str, instance_type: str) -> bool:
    return rule.get("zone", zone) == zone and rule.get("instanceType", instance_type) == instance_type


def zones_offering(region: str, instance_type: str) -> list:
    offered = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(region, [])
    zones = sorted({one["Location"] for one in offered if one["InstanceType"] == instance_type})
    return [zone for zone in zones if not any(matches(rule, zone, instance_type) for rule in switches["notOffered"])]


def check_offered(region: str, zone: str, instance_type: str) -> None:
    """Refuses a type that the zone lacks. A type that moto's tables don't have is newer than they are: it passes."""
    if not LOOKS_LIKE_A_TYPE.match(instance_type):
        refuse("InvalidParameterValue", f"Invalid value '{instance_type}' for InstanceType.")
    if instance_type not in INSTANCE_TYPES and not any(
            matches(rule, zone, instance_type) for rule in switches["notOffered"]):
        return
    zones = zones_offering(region, instance_type)
    if zone not in zones:
        refuse("Unsupported",
               f"Your requested instance type ({instance_type}) is not supported in your requested Availability Zone "
               f"({zone}). Please retry your request by not specifying an Availability Zone or choosing "
               f"{', '.join(zones) or 'another Region'}.")


def vcpus_of(instance_type: str) -> int:
    return INSTANCE_TYPES.get(instance_type, {}).get("VCpuInfo", {}).get("DefaultVCpus", 2)


def check_capacity(ec2, zone: str, instance_type: str, count: int = 1) -> None:
    limit = switches["vcpuLimit"].get(ec2.region_name)
    used = sum(vcpus_of(one.instance_type) for one in ec2.all_instances() if one.state in LIVE) if limit else 0
    if limit is not None and used + count * vcpus_of(instance_type) > limit:
        refuse("VcpuLimitExceeded",
               f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance "
               "bucket that the specified instance type belongs to. Please visit "
               "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.")
    if any(matches(rule, zone, instance_type) for rule in switches["noCapacity"]):
        raise ServerError(
            "InsufficientInstanceCapacity",
            f"We currently do not have sufficient {instance_type} capacity in the Availability Zone you requested "
            f"({zone}). Our system will be working on provisioning additional capacity.")


plain_offerings = InstanceResponse.describe_instance_type_offerings


def describe_instance_type_offerings(self):
    answer = plain_offerings(self)
    offerings = answer.result["InstanceTypeOfferings"]
    rules = switches["notOffered"]
    return ActionResult({"InstanceTypeOfferings": [
        one for one in offerings
        if not any(matches(rule, one["Location"], one["InstanceType"]) for rule in rules)]})


InstanceResponse.describe_instance_type_offerings = describe_instance_type_offerings
