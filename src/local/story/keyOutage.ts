/**
 * Plays the induced failure: somebody removes the vault's role from the DR key's policy, and nobody restores it before
 * the
 * copies are overdue. Then a night in which the vault catches up.
 */
import { nextFireMs } from "../../vault/lib/schedule";
import { HOUR_MS, parseIso } from "../../vault/lib/time";
import { revokeUse } from "../account/account";
import type { Progress } from "../account/python";
import { type Night, SETTLE_MS, type Timing, count, describeNight, playNight } from "./scenario";
import type { LocalVault } from "../runtime/localVault";

/** Time after the policy is restored: by then the overdue copies are made, and no alarm looks back at the outage. */
const RECOVERY_MS = 6 * HOUR_MS;

export interface KeyOutageScript {
  timing: Timing;
  /** Hours after which a copy is overdue. */
  overdueHours: number;
  /** Number of the first of these nights. */
  number: number;
}

export interface KeyOutage {
  nights: Night[];
  /** The key's region. */
  region: string;
  /** Time in which the key could not be used. */
  fromMs: number;
  untilMs: number;
}

/** Lets time pass without a run of its own; the invocations count for the night before. */
async function goOn(vault: LocalVault, night: Night, untilMs: number): Promise<void> {
  await vault.runUntil(untilMs, (invocation) => {
    count(night, invocation);
  });
}

/** Plays nights until some hours after the first one's copies are overdue. */
async function playOutage(vault: LocalVault, script: KeyOutageScript, progress: Progress): Promise<Night[]> {
  const { timing, overdueHours, number } = script;
  const first = await playNight(vault, timing, number);
  const nights = [first];
  const endMs = (parseIso(first.slot) ?? vault.nowMs()) + overdueHours * HOUR_MS + SETTLE_MS;
  for (let last = first; ;) {
    progress(`  ${describeNight(last)}`);
    const { schedule, timezone, startMs } = timing;
    const runMs = nextFireMs(schedule, timezone, vault.nowMs(), startMs) ?? Infinity;
    if (runMs > endMs - SETTLE_MS) {
      await goOn(vault, last, endMs);
      return nights;
    }
    last = await playNight(vault, timing, number + nights.length);
    nights.push(last);
  }
}

export async function playKeyOutage(
  vault: LocalVault,
  script: KeyOutageScript,
  progress: Progress,
): Promise<KeyOutage> {
  const [key] = vault.stack.dr;
  if (key === undefined) throw new Error("the stack has no DR region");
  progress(`somebody takes the vault's role out of the policy of the DR key in ${key.region}`);
  const fromMs = vault.nowMs();
  const putBack = await revokeUse(vault.account, key);
  const nights = await playOutage(vault, script, progress);
  progress("the policy is put back, and a night passes");
  await putBack();
  const untilMs = vault.nowMs();
  const after = await playNight(vault, script.timing, script.number + nights.length);
  await goOn(vault, after, Math.max(vault.nowMs(), untilMs + RECOVERY_MS));
  progress(`  ${describeNight(after)}`);
  return { nights: [...nights, after], region: key.region, fromMs, untilMs };
}
