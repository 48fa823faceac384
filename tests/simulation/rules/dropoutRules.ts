/**
 * Finds the instances that really dropped out of protection, and checks that no other is reported. An instance that EC2
 * shows late has not dropped out, and has its volumes.
 */
import { TAG } from "../../../src/vault/model/tags/tags";
import { type Account, type SimInstance, type SimSnapshot, inDr, slotMsOf } from "../account/account";
import { isProtected, wantedVolumes } from "../account/fleet";
import type { Invocation } from "../account/invocation";
import { isMade } from "../account/ownership";

/**
 * Returns the snapshots in the primary region that count for a slot, including recently lost ones that the vault may
 * have seen.
 */
function inSlots(account: Account): SimSnapshot[] {
  return [...account.byVolume.values()]
    .flat()
    .filter((one) => one.state !== "error" && one.madeTags[TAG.slot] !== undefined)
    .filter((one) => !inDr(account, one));
}

/** Returns the ids of those that exist without protection since before the slot, and were in the last one before it. */
export function dropouts(account: Account, slotMs: number): string[] {
  const before = inSlots(account).filter((one) => slotMsOf(one) < slotMs);
  const lastMs = Math.max(...before.map((one) => slotMsOf(one)));
  const wasIn = new Set(
    before
      .filter((one) => slotMsOf(one) === lastMs && isMade(account, one))
      .filter((one) => !one.deleted && one.lostMs === undefined && one.untagged !== true)
      .map(({ madeTags }) => madeTags[TAG.instance]),
  );
  return [...account.instances.values()]
    .filter((one) => one.state !== "terminated" && one.changedMs < slotMs)
    .filter((one) => !isProtected(account, one) && wasIn.has(one.instanceId))
    .map(({ instanceId }) => instanceId);
}

const NAMED = /(i-[0-9a-f]+) (?:\(.*\) )?(?:is not backed up any more: |has not been backed up since )/g;
const EMPTY = /(i-[0-9a-f]+) has the backup tag, but no EBS volume/g;

/** Returns an instance that did not change during the whole invocation. */
function unchanged({ instances }: Account, { startMs }: Invocation, id = ""): SimInstance | undefined {
  const instance = instances.get(id);
  return instance !== undefined && instance.changedMs < startMs ? instance : undefined;
}

/** Checks that a mail names no protected or deleted instance as unprotected, and no instance with volumes as empty. */
export function checkNamed(account: Account, invocation: Invocation, body: string): void {
  const { story } = account;
  for (const [, id] of body.matchAll(NAMED)) {
    const instance = unchanged(account, invocation, id);
    if (instance === undefined) continue;
    if (isProtected(account, instance)) story.violate("only real dropouts are reported", `${id} is protected`);
    if (instance.state === "terminated") story.violate("only real dropouts are reported", `${id} is gone`);
  }
  for (const [, id] of body.matchAll(EMPTY)) {
    const instance = unchanged(account, invocation, id);
    if (instance === undefined || wantedVolumes(account, instance).length === 0) continue;
    story.violate("no false alarm", `${id} has volumes, and is reported to have none`);
  }
}
