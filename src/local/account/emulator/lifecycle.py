"""Stops, starts and terminates instances over a while of the emulator's clock, with EC2's refusals.

Words of the refusals: AWS's vmexport documentation ("Instance does not have a volume attached at root"; its code is
that of OpenStack's copy of the EC2 API), cloud-custodian/cloud-custodian#6014 (a stop too early). Under a key that may
not be used: repost.aws, knowledge-center/kms-iam-ec2-permission: `pending`, then `stopped` with Client.InternalError.
"""

from moto.ec2.models.instances import Instance, InstanceState
from moto.ec2.responses.instances import InstanceResponse
from keys import usable
from later import later, pending
from placement import check_capacity
from refusals import refuse
from starting import fall_back, start, volumes_of

ENDED = ("terminated", "shutting-down")

plain_start = InstanceResponse.start_instances
plain_stop = InstanceResponse.stop_instances
plain_terminate = InstanceResponse.terminate_instances


def named(response) -> list:
    return [response.ec2_backend.get_instance(one) for one in response._get_param("InstanceIds", [])]


def start_instances(self):
    instances = named(self)
    for one in instances:
        if one.state not in ("stopped", "running", "pending"):
            refuse("IncorrectInstanceState",
                   f"The instance '{one.id}' is not in a state from which it can be started.")
        if one.root_device_name not in one.block_device_mapping:
            refuse("InvalidParameterValue", f"Invalid value '{one.id}' for instanceId. Instance does not have a volume "
                                            f"attached at root ({one.root_device_name})")
    self.error_on_dryrun()
    stopped = [one for one in instances if one.state == "stopped"]
    for one in stopped:
        check_capacity(self.ec2_backend, one.placement.zone, one.instance_type)
    answer = plain_start(self)
    for one in stopped:
        start(one)
        if not all(usable(one.region_name, volume.kms_key_id) for volume in volumes_of(one)):
            later(pending["keyRefusal"], lambda instance=one: fall_back(instance))
    return answer


def end(instance, on_the_way: tuple, at_the_end: tuple, wait) -> None:
    instance._state = InstanceState(*on_the_way)

    def arrive():
        if instance.state == on_the_way[0]:
            instance._state = InstanceState(*at_the_end)
            if instance.state == "terminated":
                release_interfaces(instance)

    later(wait, arrive)


def release_interfaces(instance) -> None:
    """Interfaces that are not deleted with their instance are free once it has ended; moto leaves them in use."""
    for interface in instance.nics.values():
        interface.instance = interface.attachment_id = interface.attach_time = None
        interface.status = "available"


def stop_instances(self):
    self.error_on_dryrun()
    running = [one for one in named(self) if one.state in ("running", "pending")]
    for one in named(self):
        if one.state == "pending" and not getattr(one, "ran", False):
            refuse("IncorrectInstanceState",
                   f"Instance '{one.id}' cannot be stopped as it has never reached the 'running' state.")
        if one.state in ENDED:
            refuse("IncorrectInstanceState",
                   f"This instance '{one.id}' is not in a state from which it can be stopped.")
    answer = plain_stop(self)
    for one in running:
        end(one, ("stopping", 64), ("stopped", 80), pending["stop"])
    return answer


plain_terminate_one = Instance.terminate


def terminate_once(self):
    """Changes nothing of an instance that has ended: EC2 takes such a call (API Reference, TerminateInstances)."""
    return self._state if self.state in ENDED else plain_terminate_one(self)


Instance.terminate = terminate_once


def terminate_instances(self):
    self.error_on_dryrun()
    live = [one for one in named(self) if one.state not in ENDED]
    answer = plain_terminate(self)
    for one in live:
        end(one, ("shutting-down", 32), ("terminated", 48), pending["terminate"])
    return answer


InstanceResponse.start_instances = start_instances
InstanceResponse.stop_instances = stop_instances
InstanceResponse.terminate_instances = terminate_instances
