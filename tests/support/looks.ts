/** Plays sweeps over five nights of one instance, and returns what their mails say of missing recovery points. */
import { PublishCommand } from "@aws-sdk/client-sns";
import type { ClockState } from "../../src/vault/model/memory/clockState";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/vault/lib/time";
import type { Snapshot } from "../../src/vault/model/world";
import type { VaultSettings } from "../../src/vault/model/settings";
import { makeRig } from "./rig";
import { NOW, SETTINGS, copyOf, snapshot } from "./world";

export const SWEEP_EVENT = { kind: "sweep" };
/** Time of the first look. */
export const LOOKS_MS = NOW - 4 * HOUR_MS;
/** Snapshots of the last five nights, the newest first, each with its copy. */
export const sources = [1, 2, 3, 4, 5].map((day) => snapshot(`snap-${day}`, { startTimeMs: NOW - day * DAY_MS }));
export const copies = sources.map((one, n) => copyOf(one, `copy-${n + 1}`));
export const slots = sources.map(({ identity }) => identity.slot);

export function without(all: readonly Snapshot[], ...ids: string[]): Snapshot[] {
  return all.filter(({ snapshotId }) => !ids.includes(snapshotId));
}

export type Rig = ReturnType<typeof makeRig>;

export function start(settings: Partial<VaultSettings> = {}): Rig {
  const rig = makeRig({ ...SETTINGS, ...settings });
  rig.reset();
  rig.carries({ notified: {}, done: slots[0] });
  return rig;
}

/** Leaves the timer as a killed invocation did. */
export function isKilled(rig: Rig, state: ClockState): void {
  rig.scheduler.resetHistory();
  rig.carries(state);
}

/** Invokes a sweep some minutes after {@link LOOKS_MS}, and returns what a mail says of missing points. */
export async function look(rig: Rig, minutes: number, own: Snapshot[], there: Snapshot[]): Promise<string[]> {
  rig.at(LOOKS_MS + minutes * MINUTE_MS);
  rig.sees(own, there);
  rig.sns.resetHistory();
  const failed = await rig.trigger(SWEEP_EVENT).then(
    () => false,
    () => true,
  );
  const bodies = rig.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.Message);
  const lines = bodies
    .join("\n")
    .split("\n")
    .filter((line) => /recovery points? .*the vault did not/.test(line));
  expect(failed || lines.length === 0).toBe(true);
  return lines.map((line) => line.replace(/^\d+\. /, ""));
}

/** Returns what the timer expects after a look at all that exists. */
export async function expectedBy(rig: Rig): Promise<ClockState["points"]> {
  await look(rig, -60, sources, copies);
  return rig.clockPayload().points;
}
