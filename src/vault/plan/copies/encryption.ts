/**
 * Encrypts in the primary region, by an encrypted copy of each unencrypted snapshot that is kept. Pure. See
 * docs/adr/0012.
 */
import { replacementTags } from "./copyTags";
import { type CopyTarget, planCopies } from "./copies";
import { maxSnapshotTags } from "../../model/tags/tags";
import type { Snapshot } from "../../model/world";
import type { CoreSettings } from "../../model/settings";
import { isReplacement } from "../../inventory/replacements";
import { copiesBySource, isCopy } from "../../inventory/copies";

/** Returns where encrypted replacements are made; `undefined` if the stack wants none. */
function encryptionTarget(settings: CoreSettings): CopyTarget | undefined {
  const { primaryRegion: region, primaryKeyArn: keyArn } = settings;
  if (keyArn === undefined) return undefined;
  const maxTags = maxSnapshotTags(settings);
  const tagsOf = (source: Snapshot) => replacementTags(source, maxTags, settings.tags);
  // An encrypted replacement does not expire on its own, because it is deleted with its slot.
  return { region, keyArn, tagsOf, released: () => false };
}

/**
 * Plans encrypted copies of snapshots that are not encrypted.
 * @param staying completed snapshots that the plan does not delete
 */
export function planEncrypting(
  own: readonly Snapshot[],
  staying: readonly Snapshot[],
  settings: CoreSettings,
  nowMs: number,
) {
  const target = encryptionTarget(settings);
  if (target === undefined) return [];
  const plain = staying.filter((one) => !one.encrypted && !isCopy(one));
  return [planCopies(plain, copiesBySource(own.filter(isReplacement)), target, nowMs)];
}
