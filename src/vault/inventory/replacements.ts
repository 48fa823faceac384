/**
 * Encryption in the primary region: of a snapshot of an unencrypted volume an encrypted copy is made in its own region,
 * which stands in for it once it is seen completed under the key. Only then does the original go, as a duplicate does.
 * Pure. See docs/adr/0012.
 */
import { isClear } from "../identity/ownership";
import { type CopyState, copyFault, copyState } from "./copies";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** Whether a snapshot of the primary region is a copy that is to stand in for another. */
export function isReplacement({ identity }: Snapshot): boolean {
  return identity.source !== undefined;
}

/** With no key configured any more one that is encrypted, under whatever key, stands on. */
function keyFor(replacement: Snapshot, { primaryKeyArn }: CoreSettings): string {
  return primaryKeyArn ?? replacement.kmsKeyId ?? "";
}

export function replacementState(replacement: Snapshot, settings: CoreSettings): CopyState {
  return copyState(replacement, keyFor(replacement, settings));
}

export function replacementFault(replacement: Snapshot, settings: CoreSettings): string | undefined {
  return copyFault(replacement, keyFor(replacement, settings));
}

/** Finds the snapshot of an id, or what stands in for it: copies of an original count for both. */
export type SourceOf = (snapshotId: string) => Snapshot | undefined;

/**
 * Builds the finder when it is first asked, which for some of them is hardly ever.
 * @param own the vault's snapshots in the primary region
 * @param counted those among them that count: of several stand-ins only one does
 */
export function sourceFinder(own: readonly Snapshot[], canonical: readonly Snapshot[]): SourceOf {
  let byId: Map<string, Snapshot> | undefined;
  return (snapshotId) => (byId ??= sourcesById(own, canonical)).get(snapshotId);
}

function sourcesById(own: readonly Snapshot[], canonical: readonly Snapshot[]): Map<string, Snapshot> {
  const byId = new Map<string, Snapshot>();
  for (const snapshot of own) byId.set(snapshot.snapshotId, snapshot);
  for (const snapshot of canonical) byId.set(snapshot.snapshotId, snapshot);
  // One in doubt counts for nothing else, but it is still what the copies were made of.
  const doubted = own.filter((one) => !isClear(one) && one.state === "completed");
  for (const snapshot of [...canonical, ...doubted]) {
    const original = snapshot.identity.source?.snapshotId;
    if (original !== undefined && !byId.has(original)) byId.set(original, snapshot);
  }
  return byId;
}

/** Finds what {@link sourceFinder} finds, but for what leaves: of that what stands in for it. */
export function stayingFinder(all: SourceOf, left: readonly Snapshot[], leaving: ReadonlySet<string>): SourceOf {
  if (leaving.size === 0) return all;
  const replacement = sourceFinder([], left.filter(isReplacement));
  return (snapshotId) => {
    const one = all(snapshotId);
    return one !== undefined && leaving.has(one.snapshotId) ? replacement(snapshotId) : one;
  };
}
