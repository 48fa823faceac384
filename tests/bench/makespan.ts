/**
 * (b) Measures how long a backlog takes to copy, in virtual time, against the minimum that AWS's own limits allow. It
 * runs the real handler on the simulation's model of two regions and of Scheduler, without faults, started by one
 * sweep.
 */
import { inChild, printFigure } from "./child";
import { lambdaUsd } from "./cost";
import { IN_FLIGHT_MAX, leastMs, spreadMs } from "./durations";
import { NOW, instanceAt, snapshotOf } from "./plan";
import { type Account, type SimSnapshot, enter, isVerified, makeAccount } from "../simulation/account";
import { noFaults } from "../simulation/faults";
import { makeRandom } from "../simulation/random";
import { drawSettings } from "../simulation/settings";
import { vaultSource } from "../simulation/source";
import { setStage } from "../simulation/stage";
import { type Story, makeStory } from "../simulation/story";
import { makeTime } from "../simulation/virtualTime";
import { describe } from "../../src/vault/identity/description";
import { TAG } from "../../src/vault/model/tags";
import { DAY_MS, MINUTE_MS } from "../../src/vault/lib/time";

export interface Backlog {
  /** Number of completed snapshots without a copy, two per instance. */
  snapshots: number;
  copyMinutes: number;
  /** Number of copies that are waited for: all, or a part with the whole backlog in place. */
  copies: number;
  /** True if durations spread around `copyMinutes`, their median (durations.ts); otherwise all copies take that long. */
  isSpread: boolean;
  /** True if every hint is lost, so that the timer alone invokes the function. */
  isTimerAlone?: boolean;
  /**
   * Set if completed copies trigger the function, as EBS's events could: milliseconds for which events are gathered into
   * one trigger. The vault has no such trigger.
   */
  gatheredMs?: number;
}

export interface MakespanFigure extends Backlog {
  makespanMs: number;
  boundMs: number;
  ratio: number;
  invocations: number;
  /** DescribeSnapshots calls in both regions. */
  describes: number;
  /** Cost of Lambda for the time measured. */
  gbSeconds: number;
  usd: number;
}

const MEMORY_MB = 512;
/** Lambda gives a whole processor at 1,769 MB, and shares of it below (AWS, "Configure Lambda function memory"). */
const PROCESSOR_SHARE = MEMORY_MB / 1_769;
/** CPU time of a sweep per record of a DescribeSnapshots answer with 14 tags, measured on a whole processor: (f). */
const READ_CPU_MS = 0.05;
/** EventBridge gives EBS's events within seconds. */
const EVENT_MS = { least: 1_000, most: 5_000 };
/** Schedule without a run, which would only find no instance. */
const NEVER = "cron(0 3 29 2 ? 2096)";
const GIVEN_UP_MS = 1_000 * DAY_MS;

/** Makes a snapshot of the bench's fleet, as EC2 has it. */
function simulated(account: Account, index: number): SimSnapshot {
  const made = snapshotOf(instanceAt(index >> 1), index & 1, 0);
  const { snapshotId, region, volumeId, startTimeMs, sizeGiB } = made;
  const tags = { ...made.tags, [TAG.vault]: account.settings.vaultId };
  return {
    snapshotId,
    region,
    volumeId,
    description: describe({ ...made.identity, vaultId: account.settings.vaultId }, tags),
    tags,
    madeTags: tags,
    state: "completed",
    startMs: startTimeMs,
    completedMs: startTimeMs,
    sizeGiB,
    encrypted: false,
    dataOf: volumeId,
    dataSinceMs: startTimeMs,
    heldByAmi: false,
    goesWhenDone: false,
    settledMs: 0,
    deleted: false,
  };
}

/** Makes two regions without faults, with the backlog in the primary one. */
function quietAccount(
  { snapshots, copyMinutes }: Backlog,
  drawCopyMs: () => number,
  onCopied: (account: Account) => void,
): Account {
  const random = makeRandom(1);
  const durationMs = copyMinutes * MINUTE_MS;
  const faults = noFaults({
    snapshotMs: [MINUTE_MS, MINUTE_MS],
    copyMs: [durationMs, durationMs],
    drawCopyMs,
    latencyMs: [100, 400],
    pageSize: 1_000,
    newestFirst: false,
    readMs: READ_CPU_MS / PROCESSOR_SHARE,
    consistencyMs: 0,
  });
  const time = makeTime(NOW);
  const plain = makeStory(time);
  const story: Story = {
    ...plain,
    count: (what, times) => {
      plain.count(what, times);
      if (what === "copy: completed") onCopied(account);
    },
  };
  const { primaryKeyArn: _plain, dr, ...drawn } = drawSettings(random);
  const settings = { ...drawn, dr: dr.slice(0, 1), schedule: NEVER };
  const account = makeAccount(settings, faults, time, story, random);
  account.stormy = false;
  for (let index = 0; index < snapshots; index += 1) {
    enter(account, account.primary, simulated(account, index));
  }
  return account;
}

/** Returns a function that draws the next copy's duration, and all durations that it drew. */
function durationsOf({ copyMinutes, isSpread }: Backlog): { draw: () => number; drawn: number[] } {
  const medianMs = copyMinutes * MINUTE_MS;
  const next = isSpread ? spreadMs(medianMs, makeRandom(1).fork("durations")) : () => medianMs;
  const drawn: number[] = [];
  const draw = () => {
    const durationMs = next();
    drawn.push(durationMs);
    return durationMs;
  };
  return { draw, drawn };
}

/** @throws if the model's rules were broken, or a copy is not verified */
function checkCopies(account: Account, wanted: number): void {
  const { drs, story } = account;
  const [violation] = story.violations;
  if (violation !== undefined) throw new Error(`${violation.rule}: ${violation.detail}`);
  const copies = drs.flatMap(({ snapshots }) => [...snapshots.values()]);
  const verified = copies.filter((copy) => isVerified(account, copy));
  const sources = new Set(verified.map(({ sourceId }) => sourceId));
  if (sources.size < wanted) throw new Error(`${sources.size} of ${wanted} have a verified copy`);
}

/** @returns the figure, of the model in this process */
export async function measureHere(backlog: Backlog): Promise<MakespanFigure> {
  const { gatheredMs, isTimerAlone = false } = backlog;
  let copied = 0;
  let isGathering = false;
  const sweep = () => {
    stage.lambda.deliver({ kind: "sweep" });
  };
  const { draw, drawn } = durationsOf(backlog);
  const account = quietAccount(backlog, draw, ({ time, random }) => {
    copied += 1;
    if (gatheredMs === undefined) return;
    time.after(random.int(EVENT_MS.least, EVENT_MS.most), () => {
      if (isGathering) return;
      isGathering = true;
      time.after(gatheredMs, () => {
        isGathering = false;
        sweep();
      });
    });
  });
  const stage = setStage(account, vaultSource(), ({ kind = "hint" }) =>
    kind === "hint" ? !isTimerAlone : kind !== "run",
  );
  account.time.after(0, sweep);
  try {
    await stage.pass(NOW + GIVEN_UP_MS, () => copied >= backlog.copies);
  } finally {
    stage.leave();
  }
  checkCopies(account, backlog.copies);
  const { counts } = account.story;
  const invocations = counts.invocations ?? 0;
  const gbSeconds = ((counts["milliseconds run"] ?? 0) / 1_000) * (MEMORY_MB / 1_024);
  const makespanMs = account.time.nowMs() - NOW;
  // Those that are in flight at the end count too, even if fewer are than could be.
  while (drawn.length < Math.min(backlog.snapshots, backlog.copies + IN_FLIGHT_MAX)) draw();
  const boundMs = leastMs(drawn, backlog.copies);
  return {
    ...backlog,
    makespanMs,
    boundMs,
    ratio: makespanMs / boundMs,
    invocations,
    describes: counts["call: DescribeSnapshots"] ?? 0,
    gbSeconds,
    usd: lambdaUsd(gbSeconds, invocations),
  };
}

/** At 10,000 and more only a part, because each of the thousands of invocations reads tens or hundreds of pages. */
const STRETCHES: readonly Omit<Backlog, "isSpread">[] = [
  { snapshots: 100_000, copyMinutes: 20, copies: 60 },
  { snapshots: 100_000, copyMinutes: 2, copies: 100 },
  { snapshots: 10_000, copyMinutes: 20, copies: 200 },
  { snapshots: 10_000, copyMinutes: 2, copies: 200 },
  { snapshots: 1_000, copyMinutes: 20, copies: 1_000 },
  { snapshots: 1_000, copyMinutes: 2, copies: 1_000 },
  { snapshots: 100, copyMinutes: 20, copies: 100 },
  { snapshots: 100, copyMinutes: 2, copies: 100 },
];
/** A hundred thousand snapshots are read again at each event, which takes too long for a bench. */
const MOST_WITH_EVENTS = 10_000;
/** Lambda can gather what is in a queue for some seconds before it invokes a function. */
const GATHERED_MS = 5_000;
const LANES = 2;

/**
 * Measures two at a time, the longest first, because the machine's load does not change virtual time.
 * @param withOthers also measures the timer alone, and with EBS's events, if true
 */
export async function measureMakespans(
  withOthers: boolean,
  progress: (message: string) => void,
): Promise<MakespanFigure[]> {
  const hinted: Backlog[] = STRETCHES.flatMap((one) => [false, true].map((isSpread) => ({ ...one, isSpread })));
  const alone = hinted.map((one) => ({ ...one, isTimerAlone: true }));
  const few = alone.filter(({ snapshots }) => snapshots <= MOST_WITH_EVENTS);
  const others = [...alone, ...few.map((one) => ({ ...one, gatheredMs: GATHERED_MS }))];
  const left = withOthers ? [...hinted, ...others] : hinted;
  const figures: MakespanFigure[] = [];
  const lane = async () => {
    for (let backlog = left.shift(); backlog !== undefined; backlog = left.shift()) {
      const { snapshots, copyMinutes } = backlog;
      progress(`(b) ${snapshots} snapshots, copies of ${copyMinutes} minutes`);
      figures.push(await inChild<MakespanFigure>(__filename, JSON.stringify(backlog)));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const order = ({ gatheredMs, isTimerAlone = false, isSpread, copyMinutes, snapshots }: Backlog) =>
    (gatheredMs === undefined ? 0 : 2e10) +
    (isTimerAlone ? 1e10 : 0) +
    (isSpread ? 1e9 : 0) +
    copyMinutes * 1e7 +
    snapshots;
  return figures.sort((a, b) => order(a) - order(b));
}

printFigure(require.main === module, ([backlog]) => measureHere(JSON.parse(backlog ?? "") as Backlog));
