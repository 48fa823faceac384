"""Attaches and detaches volumes with EC2's refusals; a volume with Multi-Attach has several attachments.

Words of the refusals: ansible-collections/amazon.aws#497 (an instance that is not `running` yet), bitnami/vms#1866
(Marketplace codes); codes: API Reference, errors-overview.
"""

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_block_store import EBSBackend, Volume, VolumeAttachment
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from billing import codes_of
from later import later, pending
from refusals import refuse

# moto knows one attachment of a volume; one with Multi-Attach has several.
Volume.attachments = property(lambda self: getattr(self, "all_attachments", []))


def deleted_with_instance(attachment: VolumeAttachment) -> bool:
    mapped = attachment.instance.block_device_mapping.get(attachment.device)
    return mapped is not None and bool(mapped.delete_on_termination)


VolumeAttachment.delete_on_termination = property(deleted_with_instance)

plain_volume_filter = Volume.get_filter_value


def volume_filter(self, filter_name: str, method_name: str | None = None):
    if filter_name == "attachment.instance-id":
        return [attachment.instance_id for attachment in self.attachments]
    return plain_volume_filter(self, filter_name, method_name)


Volume.get_filter_value = volume_filter

plain_attach_volume = EBSBackend.attach_volume


def attach_volume(self, volume_id: str, instance_id: str, device_path: str, delete_on_termination: bool = False):
    attachment: VolumeAttachment = plain_attach_volume(
        self, volume_id, instance_id, device_path, delete_on_termination)
    volume = self.get_volume(volume_id)
    volume.all_attachments = [*volume.attachments, attachment]
    instance = attachment.instance
    if device_path == instance.root_device_name:
        instance.__dict__.setdefault("root_volumes", []).append(volume_id)
    return attachment


def attachment_of(volume: Volume, instance_id: str | None) -> VolumeAttachment:
    found = [one for one in volume.attachments if instance_id in (None, one.instance_id)]
    if not volume.attachments:
        refuse("IncorrectState", f"Volume '{volume.id}' is in the 'available' state.")
    if not found:
        refuse("InvalidAttachment.NotFound", f"Volume '{volume.id}' is not attached to instance '{instance_id}'.")
    if len(found) > 1:
        refuse("InvalidParameterValue", f"Volume '{volume.id}' has several attachments: name the instance.")
    return found[0]


def detach_volume(self, volume_id: str, instance_id: str | None, device_path: str | None) -> VolumeAttachment:
    """Ends an attachment at once; the call of a user takes a while: see `detach`."""
    volume = self.get_volume(volume_id)
    attachment = attachment_of(volume, instance_id)
    attachment.instance.block_device_mapping.pop(attachment.device, None)
    attachment.status = "detached"
    volume.all_attachments = [one for one in volume.attachments if one is not attachment]
    volume.attachment = volume.attachments[-1] if volume.attachments else None
    return attachment


EBSBackend.attach_volume = attach_volume
EBSBackend.detach_volume = detach_volume


def check_attachable(volume: Volume, instance, device: str) -> None:
    if volume.availability_zone != instance.placement.zone:
        refuse("InvalidVolume.ZoneMismatch",
               f"The volume '{volume.id}' is not in the same availability zone as instance '{instance.id}'")
    if instance.state not in ("running", "stopped"):
        refuse("IncorrectState", f"Instance '{instance.id}' is not 'running'.")
    if volume.status == "creating":
        refuse("IncorrectState", f"{volume.id} is not 'available'.")
    on_it = any(one.instance_id == instance.id for one in volume.attachments)
    if on_it or (volume.attachments and not volume.multi_attach_enabled):
        refuse("VolumeInUse", f"{volume.id} is already attached to an instance")
    if device in instance.block_device_mapping:
        refuse("InvalidParameterValue", f"Invalid value '{device}' for unixDevice. "
                                        f"Attachment point {device} is already in use")
    if codes_of(volume) and instance.state != "stopped":
        refuse("OperationNotPermitted",
               f"'{volume.id}' with Marketplace codes may not be attached as a secondary device.")


def attach(self):
    volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
    instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
    device = self._get_param("Device")
    check_attachable(volume, instance, device)
    self.error_on_dryrun()
    made = self.ec2_backend.attach_volume(volume.id, instance.id, device)
    return ActionResult({"VolumeId": volume.id, "InstanceId": instance.id, "Device": device, "State": "attaching",
                         "AttachTime": made.attach_time})


def detach(self):
    """Detaches in the background: until it is done the device is in use."""
    ec2 = self.ec2_backend
    volume = ec2.get_volume(self._get_param("VolumeId"))
    attachment = attachment_of(volume, self._get_param("InstanceId"))
    instance = attachment.instance
    if self._get_param("Device") not in (None, attachment.device):
        refuse("InvalidAttachment.NotFound", f"Volume '{volume.id}' is not attached with this device.")
    if attachment.status == "detaching":
        refuse("IncorrectState", f"Volume '{volume.id}' is in the 'detaching' state.")
    if attachment.device == instance.root_device_name and instance.state != "stopped":
        refuse("OperationNotPermitted",
               f"Unable to detach root volume '{volume.id}' from instance '{instance.id}'")
    self.error_on_dryrun()
    attachment.status = "detaching"

    def end():
        if attachment in volume.attachments:
            ec2.detach_volume(volume.id, instance.id, None)

    later(pending["detach"], end)
    return ActionResult({"VolumeId": volume.id, "InstanceId": instance.id, "Device": attachment.device,
                         "State": "detaching", "AttachTime": attachment.attach_time})


ElasticBlockStore.attach_volume = attach
ElasticBlockStore.detach_volume = detach
