/** Encrypts in the primary region: plans a copy of each unencrypted snapshot that stays. Pure. See docs/adr/0012. */
import { standInTags } from "./copyTags";
import { type CopyTarget, planCopies } from "./copies";
import { maxSnapshotTags } from "../model/tags";
import type { Snapshot } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { isStandIn } from "../inventory/replacements";
import { copiesBySource } from "../inventory/copies";

/** Where stand-ins are made; `undefined` where the stack wants none. */
function encryptionTarget(policy: CoreSettings): CopyTarget | undefined {
  const { primaryRegion: region, primaryKeyArn: keyArn } = policy;
  if (keyArn === undefined) return undefined;
  const maxTags = maxSnapshotTags(policy);
  const tagsOf = (source: Snapshot) => standInTags(source, maxTags, policy.tags);
  // No stand-in is marked as expired: it goes with its slot.
  return { region, keyArn, tagsOf, released: () => false };
}

/** Encrypted copies of what is not encrypted and stays. */
export function planEncrypting(
  own: readonly Snapshot[],
  completed: readonly Snapshot[],
  leaving: ReadonlySet<string>,
  policy: CoreSettings,
  nowMs: number,
) {
  const target = encryptionTarget(policy);
  if (target === undefined) return [];
  const plain = completed.filter((one) => !one.encrypted && !isStandIn(one) && !leaving.has(one.snapshotId));
  return [planCopies(plain, copiesBySource(own.filter(isStandIn)), target, nowMs)];
}
