/** How a snapshot stands on its way to another region: a copy is verified when it is seen completed, encrypted and under the vault's key. CopySnapshot's return proves none of it, since EC2 checks the key only afterwards (API reference, CopySnapshot, KmsKeyId). Pure. */
import { copyExpiredTag } from "../model/tags";
import type { KeyedRegion } from "../model/settings";
import type { Snapshot } from "../model/world";

export type CopyState = "verified" | "pending" | "unusable";

/** Where a snapshot stands on its way to a region. `expired`: it was copied, and retention there took the copy. */
export type Coverage = CopyState | "missing" | "expired";

/** What is wrong with a copy, or `undefined` while nothing is. */
export function copyFault(copy: Snapshot, keyArn: string): string | undefined {
  if (copy.state === "pending") return undefined;
  if (copy.state !== "completed") {
    return `it is in state ${copy.state}: ${copy.stateMessage ?? "EC2 gives no reason"}`;
  }
  if (!copy.encrypted) return "it is not encrypted";
  if (copy.kmsKeyId !== keyArn) return `it is under ${copy.kmsKeyId ?? "no key"}, not ${keyArn}`;
  return undefined;
}

export function copyState(copy: Snapshot, keyArn: string): CopyState {
  if (copy.state === "pending") return "pending";
  return copyFault(copy, keyArn) === undefined ? "verified" : "unusable";
}

/** Copies by the snapshot that held their data first. */
export type BySource = ReadonlyMap<string, readonly Snapshot[]>;

export function copiesBySource(copies: readonly Snapshot[]): BySource {
  const bySource = new Map<string, Snapshot[]>();
  for (const copy of copies) {
    const source = copy.identity.source?.snapshotId;
    if (source === undefined) continue;
    const known = bySource.get(source);
    if (known === undefined) bySource.set(source, [copy]);
    else known.push(copy);
  }
  return bySource;
}

/** The copies of a snapshot: those of an original are those of what stands in for it (replacements.ts), and the reverse. */
export function copiesOf({ snapshotId, identity }: Snapshot, bySource: BySource): readonly Snapshot[] {
  return bySource.get(identity.source?.snapshotId ?? snapshotId) ?? [];
}

/** Decides whether the rules of a region let go of a snapshot's copy: without that a mark says nothing. */
export type Released = (snapshot: Snapshot) => boolean;

/** The best that a snapshot has in a region. */
export function coverageOf(
  snapshot: Snapshot,
  copies: readonly Snapshot[],
  { region, keyArn }: KeyedRegion,
  released: Released,
): Coverage {
  let best: CopyState | undefined;
  for (const copy of copies) {
    const state = copyState(copy, keyArn);
    if (state === "verified") return state;
    if (best !== "pending") best = state;
  }
  if (best === "pending") return best;
  if (snapshot.tags[copyExpiredTag(region)] !== undefined && released(snapshot)) return "expired";
  return best ?? "missing";
}

/** EC2 copies none that is in the archive tier (user guide, Archive EBS snapshots, considerations). */
export function isArchived({ storageTier }: Snapshot): boolean {
  return storageTier === "archive";
}
