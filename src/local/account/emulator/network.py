"""Checks subnets, groups and addresses of a launch, and writes each interface out as moto takes it.

Codes: API Reference, errors-overview (InvalidParameter: "you can't specify a security group and subnet that are in
different VPCs"; InvalidIPAddress.InUse; InvalidNetworkInterface.InUse; AttachmentLimitExceeded).
"""

import ipaddress
import random

from moto.ec2.models import ec2_backends, elastic_network_interfaces
from moto.ec2.models.instance_types import INSTANCE_TYPES
from refusals import refuse

# The first four addresses of a subnet and its last are AWS's (VPC User Guide, subnet-sizing).
RESERVED_FIRST = 4


def check_groups(ec2, groups: list, subnet) -> None:
    for group_id in groups:
        group = ec2.get_security_group_from_id(group_id)
        if group is None:
            refuse("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != subnet.vpc_id:
            refuse("InvalidParameter",
                   f"Security group {group_id} and subnet {subnet.id} belong to different networks.")


def places_in(network) -> range:
    """Returns which of a subnet's addresses are not AWS's."""
    return range(RESERVED_FIRST, network.num_addresses - 1)


def used_in(ec2, is_there) -> set:
    """Returns the addresses of the interfaces in the subnets that a condition holds for."""
    return {one["PrivateIpAddress"] for eni in ec2.enis.values() if is_there(eni.subnet)
            for one in eni.private_ip_addresses}


def check_address(ec2, address: str | None, subnet) -> None:
    if address is None:
        return
    network = ipaddress.ip_network(subnet.cidr_block)
    if int(ipaddress.ip_address(address)) - int(network.network_address) not in places_in(network):
        refuse("InvalidParameterValue", f"Address {address} does not fall within the subnet's address range")
    if address in used_in(ec2, lambda there: there.id == subnet.id):
        refuse("InvalidIPAddress.InUse", f"Address {address} is in use.")


any_address = elastic_network_interfaces.random_private_ip


def free_address(cidr: str | None = None, ipv6: bool = False) -> str:
    """Draws an address of a subnet that EC2 would give: moto's may be AWS's own, or another interface's."""
    if cidr is None or ipv6:
        return any_address(cidr, ipv6)
    network = ipaddress.ip_network(cidr)
    used = set().union(*(used_in(ec2, lambda there: there.cidr_block == cidr)
                         for account in ec2_backends.values() for ec2 in account.values()))
    places = places_in(network)
    if len(used) >= len(places):
        refuse("InsufficientFreeAddressesInSubnet", f"There are not enough free addresses in {cidr}.")
    # Not from a list of all that are free, since a default subnet has four thousand.
    while (address := str(network[random.choice(places)])) in used:
        pass
    return address


elastic_network_interfaces.random_private_ip = free_address


def primary_of(interface: dict) -> str | None:
    listed = [one["PrivateIpAddress"] for one in interface.get("PrivateIpAddresses", []) if one.get("Primary")]
    return interface.get("PrivateIpAddress") or (listed[0] if listed else None)


def default_subnet(ec2, zone: str | None):
    zones = ec2.get_default_subnets()
    found = zones.get(zone or f"{ec2.region_name}a")
    if found is None:
        refuse("MissingInput", "No subnets found for the default VPC. Please specify a subnet.")
    return found


def interfaces_of(response) -> list:
    """Returns the interfaces that the call asks for, the instance's own parameters as the one of index 0."""
    listed = response._get_param("NetworkInterfaces", [])
    own = {name: response._get_param(name) for name in ("SubnetId", "PrivateIpAddress")}
    own["Groups"] = response._get_param("SecurityGroupIds", [])
    if listed and any(own.values()):
        refuse("InvalidParameterCombination",
               "Network interfaces and an instance-level subnet ID, security groups or private IP address may not be "
               "specified on the same request")
    return listed or [{**own, "DeviceIndex": 0}]


def check_indexes(interfaces: list, instance_type: str) -> None:
    indexes = sorted(int(one.get("DeviceIndex", 0)) for one in interfaces)
    if len(set(indexes)) < len(indexes):
        refuse("InvalidParameterValue", "Each network interface requires a unique device index.")
    if indexes[0] != 0:
        refuse("InvalidParameterCombination", "A network interface with device index 0 is required.")
    most = INSTANCE_TYPES.get(instance_type, {}).get("NetworkInfo", {}).get("MaximumNetworkInterfaces")
    if most is not None and len(interfaces) > most:
        refuse("AttachmentLimitExceeded", f"Interface count {len(interfaces)} exceeds the limit for {instance_type}")


def subnet_of(ec2, interface: dict, zone: str | None):
    if interface.get("NetworkInterfaceId"):
        eni = ec2.get_network_interface(interface["NetworkInterfaceId"])
        if eni.status == "in-use":
            refuse("InvalidNetworkInterface.InUse", f"Interface: [{eni.id}] in use.")
        return eni.subnet
    subnet = ec2.get_subnet(interface["SubnetId"]) if interface.get("SubnetId") else default_subnet(ec2, zone)
    check_groups(ec2, interface.get("Groups") or [], subnet)
    for address in dict.fromkeys([primary_of(interface), *(
            one["PrivateIpAddress"] for one in interface.get("PrivateIpAddresses", []))]):
        check_address(ec2, address, subnet)
    return subnet


def check_network(response, instance_type: str) -> str:
    """Returns the zone of the launch, or refuses."""
    ec2, wanted = response.ec2_backend, response._get_param("Placement.AvailabilityZone")
    if wanted is not None and ec2.get_zone_by_name(wanted) is None:
        refuse("InvalidParameterValue", f"Invalid availability zone: [{wanted}]")
    interfaces = interfaces_of(response)
    check_indexes(interfaces, instance_type)
    zones = [subnet_of(ec2, one, wanted).availability_zone for one in interfaces]
    if len(set(zones)) > 1 or wanted not in (None, zones[0]):
        refuse("InvalidParameterCombination",
               f"The availability zones {', '.join(sorted({*zones, *([wanted] if wanted else [])}))} differ.")
    for one in response._get_param("NetworkInterfaces", []):
        one["PrivateIpAddress"] = primary_of(one)
        if one.get("DeleteOnTermination") is None and not one.get("NetworkInterfaceId"):
            one["DeleteOnTermination"] = True
    return zones[0]


def finish_network(response, instance) -> None:
    """Adds what moto leaves out: secondary addresses, and that an interface made at launch ends with its instance."""
    given = {int(one.get("DeviceIndex", 0)): one for one in response._get_param("NetworkInterfaces", [])}
    for index, eni in instance.nics.items():
        asked = given.get(index, {"DeleteOnTermination": True})
        if not asked.get("NetworkInterfaceId"):
            eni.delete_on_termination = asked["DeleteOnTermination"]
        for one in asked.get("PrivateIpAddresses", []):
            if one["PrivateIpAddress"] != eni.private_ip_address:
                eni.private_ip_addresses.append({"Primary": False, "PrivateIpAddress": one["PrivateIpAddress"]})
