/** One volume of a recovery point, as a restore takes it. Pure. */
import type { SourceVolume } from "../../restore/source";
import type { VolumeFacts, factsOf } from "../points/facts";
import type { Point } from "../points/points";

/** A key is captured with the other flags, so that a volume with flags and no key was not encrypted. */
function originalOf({ deleteOnTermination, kmsKeyEnd }: VolumeFacts): Pick<SourceVolume, "original"> {
  if (deleteOnTermination === undefined && kmsKeyEnd === undefined) return {};
  const isEncrypted = kmsKeyEnd !== undefined;
  return { original: { isEncrypted, ...(kmsKeyEnd !== undefined && { kmsKeyEnd }) } };
}

/** Returns a volume of a recovery point; none if the point has no snapshot of it. */
export function volumeOf(facts: ReturnType<typeof factsOf>, point: Point, volumeId: string): SourceVolume[] {
  const snapshot = point.snapshots.find((one) => one.volumeId === volumeId);
  const known = facts.volumes.find((one) => one.volumeId === volumeId);
  if (snapshot === undefined || known === undefined) return [];
  const { type, iops, throughputMiBps, deleteOnTermination, device = volumeId, role, tags } = known;
  const { snapshotId, encrypted, kmsKeyId } = snapshot;
  return [
    {
      volumeId,
      snapshotId,
      device,
      isRoot: role === "root",
      sizeGiB: Math.max(known.sizeGiB ?? 0, snapshot.sizeGiB),
      ...(type !== undefined && { type }),
      ...(iops !== undefined && { iops }),
      ...(throughputMiBps !== undefined && { throughputMiBps }),
      ...(deleteOnTermination !== undefined && { deleteOnTermination }),
      ...(known.multiAttach === true && { isMultiAttach: true }),
      isEncrypted: encrypted,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      ...originalOf(known),
      tags,
    },
  ];
}
