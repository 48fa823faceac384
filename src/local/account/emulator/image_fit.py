"""Checks that an instance type can run an image: architecture, virtualization, ENA, boot mode, TPM.

Words of the refusals: skypilot-org/skypilot#6315 (architecture; hashicorp/packer-plugin-amazon#649: a dry run checks it
too), vantage-sh/ec2instances.info#409 (ENA). The others' words are ours.
"""

from moto.ec2.models.instance_types import INSTANCE_TYPES
from refusals import refuse


def check_fit(image, instance_type: str) -> None:
    """Refuses a launch that EC2 would refuse. Of a type that moto's tables lack nothing is known."""
    facts = INSTANCE_TYPES.get(instance_type)
    if facts is None:
        return
    architectures = facts["ProcessorInfo"]["SupportedArchitectures"]
    if image.architecture not in architectures:
        refuse("InvalidParameterValue",
               f"The architecture '{','.join(architectures)}' of the specified instance type does not match the "
               f"architecture '{image.architecture}' of the specified AMI. Specify an instance type and an AMI that "
               "have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' "
               "to discover the architecture of the instance type or AMI.")
    if image.virtualization_type not in facts.get("SupportedVirtualizationTypes", ["hvm"]):
        refuse("InvalidParameterCombination",
               f"The instance type '{instance_type}' does not support the virtualization type "
               f"'{image.virtualization_type}' of the specified AMI.")
    if facts["NetworkInfo"].get("EnaSupport") == "required" and not getattr(image, "ena_support", True):
        refuse("InvalidParameterCombination",
               "Enhanced networking with the Elastic Network Adapter (ENA) is required for the "
               f"'{instance_type}' instance type. Ensure that you are using an AMI that is enabled for ENA.")
    boot_mode = getattr(image, "boot_mode", None)
    if boot_mode in ("uefi", "legacy-bios") and boot_mode not in facts.get("SupportedBootModes", [boot_mode]):
        refuse("Unsupported", f"The instance type '{instance_type}' does not support the boot mode '{boot_mode}'.")
    if getattr(image, "tpm_support", None) and facts.get("NitroTpmSupport") != "supported":
        refuse("Unsupported", f"The instance type '{instance_type}' does not support NitroTPM.")


def current_boot_mode(image, instance_type: str) -> str:
    """Returns what the instance boots with (User Guide, instance-boot-mode): its image's mode, or its type's."""
    boot_mode = getattr(image, "boot_mode", None)
    modes = INSTANCE_TYPES.get(instance_type, {}).get("SupportedBootModes", ["legacy-bios"])
    if boot_mode == "uefi-preferred":
        return "uefi" if "uefi" in modes else "legacy-bios"
    return boot_mode or ("legacy-bios" if "legacy-bios" in modes else "uefi")


def cpu_options(instance_type: str, given: dict | None) -> dict | None:
    default = INSTANCE_TYPES.get(instance_type, {}).get("VCpuInfo")
    if default is None:
        return given
    standard = {"CoreCount": default.get("DefaultCores"), "ThreadsPerCore": default.get("DefaultThreadsPerCore")}
    return {**standard, **(given or {})}


def is_burstable(instance_type: str) -> bool:
    return instance_type.split(".")[0] in ("t2", "t3", "t3a", "t4g")


def cpu_credits(instance_type: str, given: str | None) -> str:
    """Returns the credit option (User Guide, burstable-performance-instances): T2 is `standard` by default, later ones
    are `unlimited`; DescribeInstanceCreditSpecifications says `standard` of other types (floci-io/floci#3492)."""
    if given is not None:
        if not is_burstable(instance_type):
            refuse("InstanceCreditSpecification.NotSupported",
                   f"The {instance_type} instance type does not support T2 Unlimited.")
        return given
    return "unlimited" if is_burstable(instance_type) and not instance_type.startswith("t2.") else "standard"
