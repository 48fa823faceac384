"""Checks a new volume as EC2 does, for CreateVolume and for the mappings of a launch or an image.

Sizes and figures: API Reference, CreateVolume and EbsBlockDevice. Words of the refusals:
velero-io/velero-plugin-for-aws#119 (io2 without IOPS), kubernetes-retired/kube-aws#1208 (gp2 with IOPS, and that a dry
run checks them too), runs-on/runs-on#426 (throughput). Where no report of EC2's words is known, only the code counts.
"""

from refusals import refuse

# Least and most GiB.
SIZES = {"gp2": (1, 16384), "gp3": (1, 65536), "io1": (4, 16384), "io2": (4, 65536), "st1": (125, 16384),
         "sc1": (125, 16384), "standard": (1, 1024)}
# Least IOPS, most IOPS, most IOPS per GiB.
IOPS = {"gp3": (3000, 80000, 500), "io1": (100, 64000, 50), "io2": (100, 256000, 1000)}
REQUIRED = ("io1", "io2")
LEAST_THROUGHPUT, MOST_THROUGHPUT, THROUGHPUT_PER_IOPS = 125, 2000, 0.25
LEAST_RATE, MOST_RATE = 100, 300


def snapshot_of(ec2, snapshot_id: str):
    """Returns a snapshot that a volume may be made of: of the account's own, or of an image of somebody else."""
    found = ec2.snapshots.get(snapshot_id) or getattr(ec2, "others_snapshots", {}).get(snapshot_id)
    if found is None:
        refuse("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")
    if found.status != "completed":
        refuse("IncorrectState", f"Snapshot is in invalid state - {found.status}")
    return found


def check_size(facts: dict, snapshot, code: str) -> int:
    size, kind = facts.get("Size"), facts["VolumeType"]
    if size is None and snapshot is None:
        refuse("MissingParameter", "The request must contain the parameter size/snapshot")
    size = int(size or snapshot.volume_size)
    if snapshot is not None and size < snapshot.volume_size:
        refuse(code, f"Volume of size {size}GB is smaller than snapshot '{snapshot.id}', "
                     f"expect size >= {snapshot.volume_size}GB")
    least, most = SIZES[kind]
    if not least <= size <= most:
        limit = f"small; minimum is {least}" if size < least else f"large; maximum is {most}"
        refuse("InvalidParameterValue", f"Volume of {size}GiB is too {limit}GiB.")
    return size


def check_iops(facts: dict, size: int) -> int | None:
    kind, iops = facts["VolumeType"], facts.get("Iops")
    if kind not in IOPS:
        if iops is not None:
            refuse("InvalidParameterCombination", f"The parameter iops is not supported for {kind} volumes.")
        return min(max(100, 3 * size), 16000) if kind == "gp2" else None
    least, most, per_gib = IOPS[kind]
    if iops is None:
        if kind in REQUIRED:
            refuse("InvalidParameterCombination", f"The parameter iops must be specified for {kind} volumes.")
        return least
    iops = int(iops)
    if not least <= iops <= most:
        limit = f"low; minimum is {least}" if iops < least else f"high; maximum is {most}"
        refuse("InvalidParameterValue", f"Volume iops of {iops} is too {limit}.")
    if iops > least and iops > per_gib * size:
        refuse("InvalidParameterValue", f"Iops to volume size ratio of {iops / size:f} is too high; "
                                        f"maximum is {per_gib:f} IOPS per GiB.")
    return iops


def check_throughput(facts: dict, iops: int | None) -> int | None:
    kind, throughput = facts["VolumeType"], facts.get("Throughput")
    if kind != "gp3":
        if throughput is not None:
            refuse("InvalidParameterCombination", "throughput can only be specified for volumeType gp3.")
        return None
    throughput = int(throughput or LEAST_THROUGHPUT)
    if not LEAST_THROUGHPUT <= throughput <= MOST_THROUGHPUT:
        refuse("InvalidParameterValue", f"Volume throughput of {throughput} MiBps is not from {LEAST_THROUGHPUT} "
                                        f"to {MOST_THROUGHPUT}.")
    if throughput > THROUGHPUT_PER_IOPS * (iops or 0):
        refuse("InvalidParameterValue", f"Throughput (MiBps) to iops ratio of {throughput / (iops or 1):f} is too "
                                        f"high; maximum is {THROUGHPUT_PER_IOPS:f} MiBps per iops.")
    return throughput


def check_rate(facts: dict, snapshot) -> int | None:
    rate = facts.get("VolumeInitializationRate")
    if rate is None:
        return None
    if snapshot is None:
        refuse("InvalidParameterCombination", "A volume initialization rate needs a snapshot.")
    if not LEAST_RATE <= int(rate) <= MOST_RATE:
        refuse("InvalidParameterValue", f"A volume initialization rate is from {LEAST_RATE} to {MOST_RATE} MiB/s.")
    return int(rate)


def checked(ec2, facts: dict, size_code: str = "InvalidParameterValue") -> dict:
    """Returns the facts of a volume, complete, or refuses.

    @param facts Size, SnapshotId, VolumeType, Iops, Throughput, MultiAttachEnabled, Encrypted, KmsKeyId,
    VolumeInitializationRate, as far as they are given.
    """
    facts = {**facts, "VolumeType": facts.get("VolumeType") or "gp2"}
    if facts["VolumeType"] not in SIZES:
        refuse("InvalidParameterValue", f"Unknown volume type: {facts['VolumeType']}")
    snapshot = snapshot_of(ec2, facts["SnapshotId"]) if facts.get("SnapshotId") else None
    if facts.get("KmsKeyId") and not facts.get("Encrypted"):
        refuse("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.")
    if facts.get("MultiAttachEnabled") and facts["VolumeType"] not in REQUIRED:
        refuse("InvalidParameterCombination", "Multi-Attach is supported for io1 and io2 volumes only.")
    size = check_size(facts, snapshot, size_code)
    iops = check_iops(facts, size)
    return {**facts, "Size": size, "Iops": iops, "Throughput": check_throughput(facts, iops),
            "VolumeInitializationRate": check_rate(facts, snapshot), "snapshot": snapshot}
