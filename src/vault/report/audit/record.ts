/**
 * Composes the audit record of one invocation: decisions, settings, reasons and outcomes. Pure. Its form is
 * docs/audit.schema.json. A change that a reader must know of gets a new version.
 */
import { createHash } from "node:crypto";
import { countAlike, summarize } from "../summary";
import { isoSeconds } from "../../lib/time";
import type { Action, Kept, Outcome, Plan } from "../../model/actions";
import type { VaultSettings } from "../../model/settings";
import type { Identity } from "../../model/identity";
import type { Inventory } from "../../inventory/inventory";
import type { ThrottledRead } from "../../model/world";
import type { SlotTask, Trigger } from "../../model/trigger";

const RECORD_VERSION = 1;

/** An invocation after all of its work. */
export interface Decided {
  settings: VaultSettings;
  trigger: Trigger;
  slotTask?: SlotTask;
  inventory: Inventory;
  plan: Plan;
  /** Snapshots that the deletion limit or a hold kept from deletion. They are among `plan.kept` too. */
  withheld: readonly Kept[];
  outcomes: readonly Outcome[];
  deferredReads: readonly ThrottledRead[];
  startMs: number;
}

/**
 * Decides whether an invocation needs a record. A run always does. A follow-up or sweep does if it started an action
 * (or planned one in a dry run), saw a problem, or kept something from deletion. An idle sweep writes nothing.
 */
export function hasDecided({ trigger, plan, withheld, outcomes }: Decided): boolean {
  const hasStarted = outcomes.some(({ notStarted }) => notStarted !== true);
  return trigger.kind === "run" || hasStarted || plan.problems.length > 0 || withheld.length > 0;
}

/** Returns the id of what an action is about. */
function subjectOf(action: Action): string {
  if (action.kind === "snapshot") return action.instanceId;
  return action.kind === "copy" ? action.sourceSnapshotId : action.snapshotId;
}

/** Hashes the actions that were planned, whatever their outcome and order, so that the same plan has the same hash. */
function decisionsHash(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map(({ action }) => `${action.kind} ${action.region} ${subjectOf(action)}`);
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
}

/** Names the part of a recovery point that a snapshot was, because nothing else does so once it is deleted. */
function partOf({ instanceId, slot }: Identity, volumeId: string | undefined) {
  return { instanceId, slot, volumeId };
}

function about(action: Action): Record<string, unknown> {
  switch (action.kind) {
    case "snapshot": {
      const { instanceId, slot, mode, volumes } = action;
      return { instanceId, slot, mode, volumeIds: volumes.map(({ volumeId }) => volumeId) };
    }
    case "copy": {
      const { sourceSnapshotId, sourceRegion, kmsKeyArn, identity } = action;
      return { sourceSnapshotId, sourceRegion, kmsKeyArn, of: partOf(identity, identity.source?.volumeId) };
    }
    case "lock": {
      const { snapshotId, mode, days, snapshot } = action;
      return { snapshotId, mode, days, of: partOf(snapshot.identity, snapshot.volumeId) };
    }
    case "delete": {
      const { snapshotId, because, snapshot } = action;
      return { snapshotId, because, of: partOf(snapshot.identity, snapshot.volumeId) };
    }
  }
}

function decisionOf({ action, status, detail, code, requestId, heldBy, snapshotIds }: Outcome) {
  const { kind, region, reason } = action;
  const made = snapshotIds.length > 0 ? { snapshotIds } : {};
  return { kind, region, ...about(action), reason, outcome: status, detail, code, requestId, heldBy, ...made };
}

/** Counts the actions that were not started, by cause. */
function leftOf(outcomes: readonly Outcome[]) {
  return countAlike(outcomes).map(({ outcome: { action, code, detail }, count }) => {
    const { kind, region } = action;
    return { kind, region, code, detail, count };
  });
}

/** Returns the settings without the topic, the timer and the buckets. None of them is secret. */
function decidedBy({ topicArn: _topic, clock: _clock, audit: _audit, manifests: _to, ...settings }: VaultSettings) {
  return settings;
}

/** Returns the record as it is written, as plain data. */
export function composeRecord(decided: Decided) {
  const { settings, trigger, slotTask, plan, withheld, outcomes, deferredReads, startMs } = decided;
  const { vaultId, primaryRegion, dr, dryRun } = settings;
  const { status, counts, deferrals, problems } = summarize(vaultId, { trigger, plan, outcomes, deferredReads });
  return {
    schema: "smart-vault/record",
    version: RECORD_VERSION,
    vault: vaultId,
    trigger,
    startedAt: isoSeconds(startMs),
    dryRun,
    regions: { primary: primaryRegion, dr: dr.map(({ region }) => region) },
    slotTask,
    status,
    counts,
    deferrals,
    planHash: decisionsHash(outcomes),
    decisions: outcomes.filter((one) => one.notStarted !== true).map(decisionOf),
    notStarted: leftOf(outcomes.filter((one) => one.notStarted === true)),
    kept: trigger.kind === "run" ? plan.kept : withheld,
    problems,
    settings: decidedBy(settings),
  };
}
