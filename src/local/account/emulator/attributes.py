"""Completes ModifyInstanceAttribute and DescribeInstanceAttribute, where moto drops what is asked for."""

from base64 import b64encode

from moto.core.responses import ActionResult
from moto.ec2.responses.instances import InstanceResponse
from refusals import refuse

# They can be changed while the instance is stopped (API Reference, ModifyInstanceAttribute).
WHILE_STOPPED = ("InstanceType", "Kernel", "Ramdisk", "UserData", "EbsOptimized", "SriovNetSupport", "EnaSupport")
FLAGS = ("disable_api_termination", "disable_api_stop")

plain_modify = InstanceResponse.modify_instance_attribute
plain_describe = InstanceResponse.describe_instance_attribute


def check_modification(response, instance) -> None:
    asked = response._get_param("Attribute") or ""
    for name in WHILE_STOPPED:
        if response._get_param(name) is not None or asked.lower() == name.lower():
            if instance.state != "stopped":
                refuse("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
    for mapping in response._get_param("BlockDeviceMappings", []):
        if mapping.get("DeviceName") not in instance.block_device_mapping:
            refuse("InvalidInstanceAttributeValue", f"No device is currently mapped at {mapping.get('DeviceName')}")


def modify_instance_attribute(self):
    instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
    check_modification(self, instance)
    # The SDK encodes user data for the wire, and moto expects them encoded once more.
    data = (self._get_param("UserData") or {}).get("Value")
    if data is not None:
        self.params["UserData"]["Value"] = b64encode(data)
    answer = plain_modify(self)
    for name in FLAGS:
        setattr(instance, name, str(getattr(instance, name)).lower() == "true")
    return answer


def describe_instance_attribute(self):
    if self._get_param("Attribute") != "blockDeviceMapping":
        return plain_describe(self)
    instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
    return ActionResult({"InstanceId": instance.id, "BlockDeviceMappings": instance.block_device_mappings,
                         "RootDeviceName": {"Value": instance.root_device_name}})


InstanceResponse.modify_instance_attribute = modify_instance_attribute
InstanceResponse.describe_instance_attribute = describe_instance_attribute
