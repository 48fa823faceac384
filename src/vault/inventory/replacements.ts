/**
 * Finds the encrypted replacements of the primary region. The vault copies each snapshot of an unencrypted volume,
 * encrypted, in its own region. The copy replaces the original once it is seen completed under the key. Only then is
 * the original deleted, as redundant. A DR copy that is there from when the region was a DR region replaces nothing.
 * Pure. See docs/adr/0012.
 */
import { isClear } from "../identity/ownership";
import { type CopyState, copyFault, copyState, isCopy, isMadeForDr } from "./copies";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";

/** Returns true if a snapshot of the primary region is an encrypted replacement. */
export function isReplacement(snapshot: Snapshot): boolean {
  return isCopy(snapshot) && !isMadeForDr(snapshot);
}

/** Returns the key that a replacement must be under. If no key is configured any more, any key is accepted. */
function keyFor(replacement: Snapshot, { primaryKeyArn }: CoreSettings): string {
  return primaryKeyArn ?? replacement.kmsKeyId ?? "";
}

export function replacementState(replacement: Snapshot, settings: CoreSettings): CopyState {
  return copyState(replacement, keyFor(replacement, settings));
}

export function replacementFault(replacement: Snapshot, settings: CoreSettings): string | undefined {
  return copyFault(replacement, keyFor(replacement, settings));
}

/** Finds the snapshot with an id, or its replacement, because both share their copies. */
export type SourceOf = (snapshotId: string) => Snapshot | undefined;

/**
 * Returns a finder that is built when it is first used, because some are hardly ever used.
 * @param own the vault's snapshots in the primary region
 * @param canonical the canonical ones among them, if not all are: of several replacements only one is
 */
export function sourceFinder(own: readonly Snapshot[], canonical = own): SourceOf {
  let byId: Map<string, Snapshot> | undefined;
  return (snapshotId) => (byId ??= sourcesById(own, canonical)).get(snapshotId);
}

function sourcesById(own: readonly Snapshot[], canonical: readonly Snapshot[]): Map<string, Snapshot> {
  const byId = new Map<string, Snapshot>();
  for (const snapshot of own) byId.set(snapshot.snapshotId, snapshot);
  // A snapshot in doubt is used for nothing else, but the copies were still made from it.
  const doubted = own.filter((one) => !isClear(one) && one.state === "completed");
  for (const snapshot of [...canonical, ...doubted]) {
    const original = snapshot.identity.source?.snapshotId;
    if (original !== undefined && !byId.has(original)) byId.set(original, snapshot);
  }
  return byId;
}

/**
 * Returns a finder like that of {@link sourceFinder}, except that for a snapshot that is deleted it finds its
 * replacement.
 */
export function stayingFinder(all: SourceOf, left: readonly Snapshot[], leaving: ReadonlySet<string>): SourceOf {
  if (leaving.size === 0) return all;
  const replacement = sourceFinder(left.filter(isReplacement));
  return (snapshotId) => {
    const one = all(snapshotId);
    return one !== undefined && leaving.has(one.snapshotId) ? replacement(snapshotId) : one;
  };
}
