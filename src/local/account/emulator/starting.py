"""Takes an instance from `pending` to `running`, or to its end under a key that may not be used.

Such a launch is answered with an id, and ends with `Client.InternalError` (repost.aws,
knowledge-center/kms-iam-ec2-permission).
"""

from moto.core.utils import utcnow
from moto.ec2.models.instances import Instance, InstanceState, StateReason
from later import later, pending


def volumes_of(instance: Instance) -> list:
    known = instance.ec2_backend.volumes
    return [known[one.volume_id] for one in instance.block_device_mapping.values() if one.volume_id in known]


def explain(instance: Instance) -> None:
    instance.state_reason = StateReason("Client.InternalError: Client error on launch", "Client.InternalError")


def end_launch(instance: Instance) -> None:
    """Ends a launch that failed, with the volumes that came to be."""
    for device, block in instance.get_block_device_mapping:
        if block.volume_id not in instance.ec2_backend.volumes:
            del instance.block_device_mapping[device]
    instance.terminate()
    explain(instance)


def fall_back(instance: Instance) -> None:
    """Stops an instance that could not be started."""
    instance._state = InstanceState("stopped", 80)
    explain(instance)


def start(instance: Instance) -> None:
    """Takes an instance from `pending` to `running`; it ends where a volume's key may not be used."""
    instance._state = InstanceState("pending", 0)
    instance.started = utcnow() + pending["launch"]
    if any(getattr(volume, "lost", False) for volume in volumes_of(instance)):
        later(pending["keyRefusal"], lambda: end_launch(instance))
        return

    def run():
        if instance.state == "pending":
            instance._state, instance.ran = InstanceState("running", 16), True

    later(pending["launch"], run)
