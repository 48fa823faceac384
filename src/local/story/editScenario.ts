/**
 * Plays the other story of a rehearsal: somebody edits the stack's configuration and deploys it, and a night passes.
 */
import type { VaultConfig } from "../../config/config";
import { HOUR_MS, isoSeconds } from "../../vault/lib/time";
import { type Deployable, type Edit, applyEdit, nameOf } from "./edits";
import { costedStack } from "../forecast/editCost";
import { type EditedRegion, regionsOf } from "../forecast/editedRegions";
import { foresee, policyOf } from "../forecast/foresight";
import { pruned, readDecisions } from "../runtime/functionLog";
import { type CostChange, type CostedStack, costChange } from "../forecast/monthlyCost";
import {
  type CoveredVolume,
  type ProtectionChange,
  coveredVolumes,
  protectedInstances,
  protectionChange,
} from "../forecast/protection";
import type { Progress } from "../account/python";
import type { Invocation } from "../runtime/lambda";
import { regionNotes } from "../forecast/regionNotes";
import { type Night, type Timing, count, describeNight, playNight } from "./scenario";
import type { LocalVault } from "../runtime/localVault";

export interface PlayedEdit {
  /** `retentionDays=1` */
  edit: string;
  deployedAt: string;
  /** Time at which the waiting and the kept recovery points were counted, the morning after. */
  seenAt: string;
  regions: EditedRegion[];
  instances: ProtectionChange;
  cost: CostChange;
  /** Parts of a change of regions that are not rehearsed, or need a person. */
  notes: string[];
  /** Alarms that were in ALARM in that night, of those that were deployed then. */
  alarms: string[];
}

/**
 * Time after the run at which the mail of the day has come: a problem that persists is reported again 23 hours after
 * the
 * first time, which was within an hour of the deployment.
 */
const MORNING_MS = 5 * HOUR_MS;
/** Time after a deployment by which a sweep has mailed what the edit makes due. */
const FIRST_SWEEP_MS = HOUR_MS;

export interface EditedStory {
  nights: Night[];
  /** Their alarms are filled in when the story has ended. */
  edits: PlayedEdit[];
  /** Configuration that the stack was deployed with in the end. */
  last: Deployable;
}

/** Arguments of {@link playEdits}. */
export interface EditScript {
  base: Deployable;
  /** Checked by {@link checkEdits}. */
  edits: readonly Edit[];
  startMs: number;
  /** Number of nights before the first edit. */
  after: number;
  /** Share of a volume's blocks that changes per day. */
  dailyChange: number;
}

/** A deployed configuration, as far as edits are compared by it. */
interface Deployed {
  covered: CoveredVolume[];
  costed: CostedStack;
}

async function look(vault: LocalVault, { config }: Deployable): Promise<Deployed> {
  const covered = coveredVolumes(await protectedInstances(vault, config), config.tagKey);
  const policy = policyOf(vault, config);
  return { covered, costed: costedStack(config, policy, vault.program(), covered) };
}

function regionNames({ stack }: LocalVault): string[] {
  return [stack.primaryRegion, ...stack.dr.map(({ region }) => region)];
}

/** One edit of a script. */
interface EditStep {
  before: Deployable;
  after: Deployable;
  /** Number of the night after it. */
  number: number;
}

/** Deploys one edit and lets a night pass. */
async function playEdit(
  vault: LocalVault,
  { before, after, number }: EditStep,
  { startMs, dailyChange }: EditScript,
): Promise<{ night: Night; played: Omit<PlayedEdit, "edit"> }> {
  const deployedAt = isoSeconds(vault.nowMs());
  const was = await look(vault, before);
  const regionsBefore = regionNames(vault);
  await vault.redeploy(after.stackConfig);
  const is = await look(vault, after);
  const atOnce = await foresee(vault, after.config);
  const invocations: Invocation[] = [];
  const onInvocation = (invocation: Invocation) => void invocations.push(invocation);
  await vault.runUntil(vault.nowMs() + FIRST_SWEEP_MS, onInvocation);
  const announced = await foresee(vault, after.config);
  const first = [...invocations];
  const timing: Timing = { ...after.config, startMs };
  const night = await playNight(vault, timing, number, { settleMs: MORNING_MS, onInvocation });
  for (const invocation of first) count(night, invocation);
  const morning = await foresee(vault, after.config, night.slot);
  const deleted = invocations.flatMap(({ log }) => pruned(readDecisions(log)));
  const deletedIds = new Set(deleted.map(({ snapshotId }) => snapshotId));
  const seen = { atOnce, announced, morning, deletedIds, left: regionsBefore };
  const played = {
    deployedAt,
    seenAt: isoSeconds(vault.nowMs()),
    regions: await regionsOf(vault, seen),
    instances: protectionChange(was.covered, is.covered),
    cost: costChange(was.costed, is.costed, dailyChange),
    notes: regionNotes(before.config, after.config),
    alarms: [],
  };
  return { night, played };
}

function isRescheduled(before: VaultConfig, after: VaultConfig): boolean {
  return before.schedule !== after.schedule || before.timezone !== after.timezone;
}

export async function playEdits(vault: LocalVault, script: EditScript, progress: Progress): Promise<EditedStory> {
  const { base, edits, after } = script;
  const story: EditedStory = { nights: [], edits: [], last: base };
  let { startMs } = script;
  for (const [index, edit] of edits.entries()) {
    const name = nameOf(edit);
    progress(`edit ${index + 1} of ${edits.length}, ${name}: the stack is deployed again`);
    const before = story.last;
    story.last = applyEdit(before, edit, vault.mails());
    const step = { before, after: story.last, number: after + index + 1 };
    // Scheduler counts a rate from when it is set.
    if (isRescheduled(before.config, story.last.config)) startMs = vault.nowMs();
    const { night, played } = await playEdit(vault, step, { ...script, startMs });
    progress(`  ${describeNight(night)}`);
    story.nights.push(night);
    story.edits.push({ edit: name, ...played });
  }
  return story;
}
