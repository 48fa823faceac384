/**
 * The demonstration of a disaster: a fleet is backed up, every call to its region fails, and each instance is launched in the
 * DR region from tags alone, by the real command. See docs/RESTORE.md.
 */
import { join } from "node:path";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../vault/lib/time";
import { makeInstanceProfile } from "../account/instanceProfile";
import type { Progress } from "../account/python";
import type { CallCount } from "../account/switches";
import { loadStackConfig } from "../deploy/stackConfig";
import { type LocalVault, type VaultStart, startVault } from "../runtime/localVault";
import { type Compared, type Facts, compareFacts, factsOf } from "./facts";
import { type Launched, launchFleet } from "./fleet";
import { makeNetwork } from "./network";
import { remainsIn } from "./remains";
import { type Restored, comesLater, launchAgain } from "./restoring";
import { PROFILE, PUBLIC_IMAGES, fleetIn } from "./shapes";

const ROOT = join(__dirname, "..", "..", "..");
export const PRIMARY = "us-east-1";
export const DR = "us-west-2";

/** What is demonstrated. */
export interface Script extends Pick<VaultStart, "declaring"> {
  /** Folder of the emulator's environment. */
  home: string;
  /** Days of backups. */
  days: number;
  /** Names of the instances that there are; empty: all. */
  names: readonly string[];
}

/** An instance, before and after. */
export interface Survivor extends Restored {
  facts: Compared[];
}

export interface Disaster {
  survivors: Survivor[];
  /** Calls to the dark region that the restores made. */
  darkCalls: CallCount[];
  /** What the restores left behind. */
  remains: string[];
  /** True if no fact is lost without a word, nothing is left behind, and the dark region was not called. */
  isProven: boolean;
}

/** The clock's work takes a second or two: the command waits by this machine's clock. */
const SOON_MINUTES = 0.02;
const PENDING = {
  volume: SOON_MINUTES,
  keyRefusal: SOON_MINUTES,
  detach: SOON_MINUTES,
  launch: SOON_MINUTES,
  stop: SOON_MINUTES,
  terminate: SOON_MINUTES,
  checks: SOON_MINUTES,
  rootTask: SOON_MINUTES,
};

/** Deploys a vault whose last daily run was two hours ago. */
async function deploy(
  { home, days, declaring }: Script,
  progress: Progress,
): Promise<{ vault: LocalVault; lastRunMs: number }> {
  const lastRunMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2 * HOUR_MS;
  const at = new Date(lastRunMs);
  const schedule = `schedule=cron(${at.getUTCMinutes()} ${at.getUTCHours()} * * ? *)`;
  const options = ["retentionDays=7", "startWindowHours=1", "userData=true", "uefiData=true"];
  const config = loadStackConfig(ROOT, "dev", [schedule, ...options]);
  const inventory = { source: "an empty account", instances: [], volumes: [], stateBefore: {}, ownerId: undefined };
  const startMs = lastRunMs - (days - 1) * DAY_MS - HOUR_MS;
  return {
    vault: await startVault({ folder: ROOT, home, config, inventory, startMs, declaring }, progress),
    lastRunMs,
  };
}

async function furnish(vault: LocalVault, names: readonly string[]): Promise<Launched[]> {
  const { account, emulator } = vault;
  const primary = account.ec2(PRIMARY);
  // Nobody knows whether a copy keeps its billing code (research: NOT VERIFIED): the worse is taken.
  await emulator.setFaults({ loseBilling: true });
  for (const region of [PRIMARY, DR]) await emulator.loadImages(region, PUBLIC_IMAGES);
  await makeInstanceProfile(emulator.endpoint, PROFILE);
  const { KeyMetadata } = await account.kms(PRIMARY).send(new CreateKeyCommand({ Description: "the customer's" }));
  const network = await makeNetwork(primary, `${PRIMARY}a`, false);
  await makeNetwork(account.ec2(DR), `${DR}b`, true);
  const all = fleetIn(network, KeyMetadata?.Arn ?? "");
  const shapes = all.filter(({ name }) => names.length === 0 || names.includes(name));
  const pass = (minutes: number) => vault.runUntil(vault.nowMs() + minutes * MINUTE_MS, () => undefined);
  return launchFleet(primary, `${PRIMARY}a`, shapes, pass);
}

async function originals({ account }: LocalVault, fleet: readonly Launched[]): Promise<Map<string, Facts>> {
  const facts = new Map<string, Facts>();
  for (const { name, instanceId } of fleet) facts.set(name, await factsOf(account.ec2(PRIMARY), instanceId));
  return facts;
}

/** Decides whether an instance shared a volume. */
function shares(facts: Facts): boolean {
  return Object.entries(facts).some(([fact, value]) => fact.endsWith(" instances") && value !== "1");
}

/**
 * Launches each instance again, and then compares all with what they were. As a person reads the plan, an instance is launched
 * later whose volume comes with another one.
 */
async function bringBack(
  vault: LocalVault,
  before: ReadonlyMap<string, Facts>,
  progress: Progress,
): Promise<Survivor[]> {
  const { emulator, account } = vault;
  const env = { AWS_ENDPOINT_URL: emulator.endpoint, AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
  const keys = { AWS_ACCESS_KEY_ID: "operator", AWS_SECRET_ACCESS_KEY: "local" };
  const launch = (name: string, options: readonly string[]) => {
    progress(`vault restore ${[name, "--region", DR, ...options].join(" ")} --yes --json`);
    return launchAgain(name, { region: DR, options }, { ...env, ...keys });
  };
  const restored = new Map<string, Restored>();
  const later: string[] = [];
  for (const [name, facts] of before) {
    if (shares(facts) && (await comesLater(name, DR, { ...env, ...keys }))) later.push(name);
    else restored.set(name, await launch(name, []));
  }
  for (const name of later) restored.set(name, await launch(name, ["--shared"]));
  const survivors: Survivor[] = [];
  for (const [name, facts] of before) {
    const one = restored.get(name);
    if (one === undefined) continue;
    const now = one.instanceId === undefined ? {} : await factsOf(account.ec2(DR), one.instanceId);
    survivors.push({ ...one, facts: compareFacts(facts, now, one.report) });
  }
  return survivors;
}

/** Decides whether each instance came back, no fact is lost without a word, and nothing else was touched or left. */
export function isProven({ survivors, darkCalls, remains }: Omit<Disaster, "isProven">): boolean {
  const isWhole = survivors.every(
    ({ exitCode, facts }) => exitCode === 0 && facts.every(({ fate }) => fate !== "LOST, NOT REPORTED"),
  );
  return survivors.length > 0 && isWhole && darkCalls.length === 0 && remains.length === 0;
}

/** A fleet that was backed up, up to now. */
export interface BackedUp {
  vault: LocalVault;
  fleet: readonly Launched[];
}

/** Deploys a vault, launches a fleet, and lets days of backups pass. */
export async function backUpFleet(
  script: Script,
  progress: Progress,
  onStart: (vault: LocalVault) => void,
): Promise<BackedUp> {
  const { vault, lastRunMs } = await deploy(script, progress);
  onStart(vault);
  progress("launching the fleet");
  const fleet = await furnish(vault, script.names);
  progress(`${script.days} days of backups pass`);
  await vault.runUntil(lastRunMs + 2 * HOUR_MS, () => undefined);
  await vault.emulator.setPending(PENDING);
  return { vault, fleet };
}

/** Plays the disaster. @param onStart called with the vault that has to be stopped should the process be interrupted */
export async function playDisaster(
  script: Script,
  progress: Progress,
  onStart: (vault: LocalVault) => void,
): Promise<Disaster> {
  const { vault, fleet } = await backUpFleet(script, progress, onStart);
  try {
    const before = await originals(vault, fleet);
    progress(`every call to ${PRIMARY} fails from now on`);
    await vault.emulator.setDark(PRIMARY);
    const survivors = await bringBack(vault, before, progress);
    const darkCalls = await vault.emulator.darkCalls();
    const remains = await remainsIn(vault.account.ec2(DR));
    return { survivors, darkCalls, remains, isProven: isProven({ survivors, darkCalls, remains }) };
  } finally {
    await vault.stop();
  }
}
