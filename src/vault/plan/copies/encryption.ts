/** Encrypts in the primary region: plans a copy of each unencrypted snapshot that stays. Pure. See docs/adr/0012. */
import { replacementTags } from "./copyTags";
import { type CopyTarget, planCopies } from "./copies";
import { maxSnapshotTags } from "../../model/tags";
import type { Snapshot } from "../../model/world";
import type { CoreSettings } from "../../model/settings";
import { isReplacement } from "../../inventory/replacements";
import { copiesBySource } from "../../inventory/copies";

/** Where stand-ins are made; `undefined` where the stack wants none. */
function encryptionTarget(settings: CoreSettings): CopyTarget | undefined {
  const { primaryRegion: region, primaryKeyArn: keyArn } = settings;
  if (keyArn === undefined) return undefined;
  const maxTags = maxSnapshotTags(settings);
  const tagsOf = (source: Snapshot) => replacementTags(source, maxTags, settings.tags);
  // No stand-in is marked as expired: it goes with its slot.
  return { region, keyArn, tagsOf, released: () => false };
}

/**
 * Plans encrypted copies of snapshots that are not encrypted.
 * @param staying completed ones that the plan does not delete
 */
export function planEncrypting(
  own: readonly Snapshot[],
  staying: readonly Snapshot[],
  settings: CoreSettings,
  nowMs: number,
) {
  const target = encryptionTarget(settings);
  if (target === undefined) return [];
  const plain = staying.filter((one) => !one.encrypted && !isReplacement(one));
  return [planCopies(plain, copiesBySource(own.filter(isReplacement)), target, nowMs)];
}
