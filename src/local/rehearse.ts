/** Performs a rehearsal, from its options to its findings: bad input is refused before anything starts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { VaultConfig } from "../config/config";
import { DAY_MS, isoSeconds } from "../vault/lib/time";
import { type WatchedAlarm, alarmsBetween, watchAlarms } from "./runtime/alarmWatch";
import { ACCOUNT_ID } from "./account/accountId";
import { recoverability } from "./findings/recoverability";
import { countRefusals } from "./permissions/authorizer";
import { writeCalls } from "./findings/callsFile";
import { type EditedStory, playEdits } from "./story/editScenario";
import { type Deployable, type Edit, checkEdits } from "./story/edits";
import { type Explanation, explain } from "./findings/explain";
import { failureRecord } from "./findings/failureRecord";
import { pruned, readDecisions } from "./runtime/functionLog";
import { type Inventory, inEmulatedAccount, protectedVolumes, readInventory } from "./account/inventory";
import type { Options } from "./options";
import { type Progress, userError } from "./account/python";
import { type KeyOutage, playKeyOutage } from "./story/keyOutage";
import { playNights } from "./story/scenario";
import { type StackConfig, configIn, loadStackConfig } from "./deploy/stackConfig";
import type { Rehearsal } from "./print/tables";
import { type LocalVault, startVault } from "./runtime/localVault";
import { type Induced, reportedProblems, verdictOf } from "./findings/verdict";

const ROOT = join(__dirname, "..", "..");
const HOME = join(ROOT, ".vault");
/** Ten nights at the least, and two more than the longest retention, so that something is pruned. */
const MIN_NIGHTS = 10;
/**
 * Assumed settings: a bucket costs nothing here, and its records belong to the story. The stack's file and -c take
 * precedence.
 */
const ASSUMED = ["audit=true"];

/** A rehearsal's input, read and found valid. */
interface Script {
  base: Deployable;
  inventory: Inventory;
  edits: readonly Edit[];
  /** Share of a volume's blocks that changes per day. */
  dailyChange: number;
  nights: number;
  /** The volume that is explained; `undefined`: none is protected. */
  volumeId: string | undefined;
  /** File for the function's calls; `undefined`: nobody asked for them. */
  callsFile: string | undefined;
}

/** Returns the longest retention in days that a policy has. */
function longestDays({ policies }: VaultConfig): number {
  const days = Object.values(policies).flatMap(({ keep, drKeep }) =>
    [keep, drKeep].map(({ retentionDays = 0, daily = 0, last = 0 }) => Math.max(retentionDays, daily, last)),
  );
  return Math.max(...days);
}

function tagOf({ tagKey, policies }: VaultConfig) {
  return { key: tagKey, values: Object.keys(policies) };
}

/** Returns the volume that was asked for, or the first. */
function volumeToExplain(asked: string | undefined, known: readonly string[]) {
  if (asked === undefined || known.includes(asked)) return asked ?? known[0];
  const expected = known.length > 0 ? `one of ${known.join(", ")}` : "one, but none is backed up";
  throw userError(`--explain: expected a volume that is backed up, ${expected}, got "${asked}"`);
}

/**
 * Moves ARNs of the fleet's own account in the configuration, such as keys, into the emulated one, where the fleet is.
 */
function withOwner(config: StackConfig, { ownerId }: Inventory): StackConfig {
  if (ownerId === undefined || ownerId === ACCOUNT_ID) return config;
  const moved = Object.entries(config.values).map(([key, value]) => [key, inEmulatedAccount(value, ownerId)]);
  return {
    ...config,
    values: Object.fromEntries(moved) as StackConfig["values"],
    notes: [...config.notes, `The fleet is of account ${ownerId}; here it is ${ACCOUNT_ID}.`],
  };
}

/** @throws a user error, or what the configuration says of a mistake */
export function readScript(options: Options): Script {
  // The same configuration is refused as by `pulumi up`, whatever is assumed.
  configIn(loadStackConfig(ROOT, options.stack, options.config));
  const loaded = loadStackConfig(ROOT, options.stack, options.config, ASSUMED);
  const inventory = readInventory(options, configIn(loaded).primaryRegion);
  const stackConfig = withOwner(loaded, inventory);
  const config = configIn(stackConfig);
  const base = { stackConfig, config };
  const edits = options.edit.map((pairs) => pairs.map((pair) => inEmulatedAccount(pair, inventory.ownerId)));
  checkEdits(base, edits);
  return {
    base,
    inventory,
    edits,
    dailyChange: options.dailyChange / 100,
    nights: options.nights ?? Math.max(MIN_NIGHTS, longestDays(config) + 2),
    volumeId: volumeToExplain(options.explain, protectedVolumes(inventory, tagOf(config))),
    callsFile: options.calls,
  };
}

interface Story extends EditedStory {
  /** The induced failure, if nothing was edited. */
  outage?: KeyOutage;
}

/** Plays the nights, and then the edits, or if there are none the nights without the DR key. */
async function playStory(
  vault: LocalVault,
  { base, nights, edits, dailyChange }: Script,
  startMs: number,
  progress: Progress,
): Promise<Story> {
  const timing = { ...base.config, startMs };
  const played = await playNights(vault, timing, nights, progress);
  if (edits.length === 0) {
    const { copyOverdueHours } = base.config;
    const script = { timing, overdueHours: copyOverdueHours, number: nights + 1 };
    const outage = await playKeyOutage(vault, script, progress);
    return { nights: [...played, ...outage.nights], edits: [], last: base, outage };
  }
  const script = { base, edits, startMs, after: nights, dailyChange };
  const story = await playEdits(vault, script, progress);
  return { ...story, nights: [...played, ...story.nights] };
}

/** Fills in the alarms of each night, which lasts until the next one or the next deployment, and of each edit. */
function fillInAlarms({ nights, edits }: Story, alarms: readonly WatchedAlarm[]): void {
  const before = nights.slice(0, nights.length - edits.length);
  for (const [index, night] of before.entries()) {
    const until = before[index + 1]?.slot ?? edits[0]?.deployedAt ?? "~";
    night.alarms = alarmsBetween(alarms, night.slot, until);
  }
  for (const [index, edit] of edits.entries()) {
    edit.alarms = alarmsBetween(alarms, edit.deployedAt, edits[index + 1]?.deployedAt ?? "~");
    const night = nights[before.length + index];
    if (night !== undefined) night.alarms = edit.alarms;
  }
}

function inducedBy({ region, fromMs }: KeyOutage): Induced {
  return { region, from: isoSeconds(fromMs) };
}

async function perform(vault: LocalVault, script: Script, startMs: number, progress: Progress): Promise<Rehearsal> {
  const { base, callsFile } = script;
  if (callsFile !== undefined) await vault.emulator.recordCalls();
  const story = await playStory(vault, script, startMs, progress);
  const { nights, edits, last, outage } = story;
  const lastSlot = nights.at(-1)?.slot ?? "";
  const { volumeId } = script;
  let explained: Explanation | undefined;
  if (volumeId !== undefined) explained = await explain(vault, volumeId, lastSlot);
  const found = await recoverability(vault, script.inventory, tagOf(last.config));
  if (callsFile !== undefined) await writeCalls(vault, callsFile);
  const alarms = watchAlarms(vault.deployments(), vault.points(), vault.nowMs());
  fillInAlarms(story, alarms);
  const decisions = readDecisions(readFileSync(vault.logFile, "utf8"));
  const reported = reportedProblems(decisions, outage && inducedBy(outage));
  const verdict = verdictOf(found, reported, vault.crashes(), last.config.dryRun);
  return {
    stack: vault.stack.vaultId,
    inventory: script.inventory.source,
    regions: { primary: last.config.primaryRegion, dr: last.config.drRegions },
    nights,
    edits,
    audit: found,
    explained,
    pruned: pruned(decisions),
    mails: [...vault.mails()],
    alarms,
    auditRecord: outage && (await failureRecord(vault, outage.fromMs)),
    calls: await vault.emulator.calls(),
    refused: countRefusals(vault.authorizer.refusals()),
    reported,
    notes: [...base.stackConfig.notes],
    verdict,
    complete: verdict.complete,
  };
}

/** @param onStart called with the vault that has to be stopped should the process be interrupted */
export async function rehearse(
  script: Script,
  progress: Progress,
  onStart: (vault: LocalVault) => void,
): Promise<Rehearsal> {
  const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const { base, inventory } = script;
  const vault = await startVault({ folder: ROOT, home: HOME, config: base.stackConfig, inventory, startMs }, progress);
  onStart(vault);
  try {
    progress(`the archive loads in ${Math.round(vault.stack.loadMs)} ms; time passes from ${isoSeconds(startMs)}`);
    return await perform(vault, script, startMs, progress);
  } finally {
    await vault.stop();
  }
}
