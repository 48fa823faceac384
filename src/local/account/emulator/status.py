"""Shows what a drill looks at: status checks that take a while, a screenshot, credit options, UEFI data, and how far a
volume's data are there."""

from base64 import b64encode

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.instances import Instance, InstanceBackend
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.ec2.responses.instances import InstanceResponse
from faults import switches
from later import pending
from refusals import refuse
from volumes import initialization_of

# One gray pixel: the API gives a JPG in Base64 (API Reference, GetConsoleScreenshot).
PIXEL = bytes.fromhex(
    "ffd8ffe000104a46494600010101004800480000ffdb004300" + 64 * "ff" + "ffc2000b080001000101011100"
    "ffc40014100100000000000000000000000000000000ffda0008010100013f10")
SCREENSHOT = b64encode(PIXEL).decode()


def checks_of(instance: Instance) -> dict:
    """Returns the status that both checks have. Of an instance that a fleet brought they passed long ago."""
    if instance.state != "running":
        return {"Status": "not-applicable"}
    started = getattr(instance, "started", None)
    if switches["impaired"] == "all" or instance.id in switches["impaired"]:
        word, status = "failed", "impaired"
    elif started is None or utcnow() >= started + pending["checks"]:
        word, status = "passed", "ok"
    else:
        word, status = "initializing", "initializing"
    return {"Status": status, "Details": [{"Name": "reachability", "Status": word}]}


Instance.instance_status = property(checks_of)
Instance.system_status = property(checks_of)
Instance.attached_ebs_status = property(checks_of)


def get_console_screenshot(self):
    instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
    self.error_on_dryrun()
    if instance.state != "running":
        refuse("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'running' state.")
    return ActionResult({"InstanceId": instance.id, "ImageData": SCREENSHOT})


def describe_instance_credit_specifications(self):
    ids = self._get_param("InstanceIds", [])
    found = self.ec2_backend.describe_instance_credit_specifications(ids) if ids else [
        one for one in self.ec2_backend.all_instances() if getattr(one, "cpu_credits", None) == "unlimited"]
    return ActionResult({"InstanceCreditSpecifications": [
        {"InstanceId": one.id, "CpuCredits": getattr(one, "cpu_credits", "standard")} for one in found]})


def get_instance_uefi_data(self, instance_id: str) -> bytes:
    return (getattr(self.get_instance(instance_id), "uefi_data", None) or "").encode()


def volume_status_of(volume) -> dict:
    initialization = initialization_of(volume)
    details = [{"Name": "io-enabled", "Status": "passed"}, {"Name": "io-performance", "Status": "not-applicable"}]
    if initialization is not None:
        state = "completed" if initialization["Progress"] == 100 else "initializing"
        details.append({"Name": "initialization-state", "Status": state})
    return {"VolumeId": volume.id, "AvailabilityZone": volume.availability_zone, "Events": [], "Actions": [],
            "VolumeStatus": {"Status": "ok", "Details": details},
            "InitializationStatusDetails": initialization}


def describe_volume_status(self):
    volumes = self.ec2_backend.describe_volumes(
        volume_ids=self._get_param("VolumeIds", []), filters=self._filters_from_querystring())
    return ActionResult({"VolumeStatuses": [volume_status_of(one) for one in volumes]})


InstanceResponse.get_console_screenshot = get_console_screenshot
InstanceResponse.describe_instance_credit_specifications = describe_instance_credit_specifications
InstanceBackend.get_instance_uefi_data = get_instance_uefi_data
ElasticBlockStore.describe_volume_status = describe_volume_status
