/**
 * Tests that keep rules reduce a history to exactly the points that they keep, in both regions, each with all its
 * reasons. Method: the archive on an emulated account, night by night over a new year. The simulation's oracle says for
 * each night what is deleted, and for what is left which rule keeps it. The hourly sweeps, which would find nothing to
 * do, are off because they are most of the time that a night takes.
 */
import { join } from "node:path";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { type Explanation, explain } from "../../src/local/findings/explain";
import { renderExplanation } from "../../src/local/print/explainTable";
import { readInventory } from "../../src/local/account/inventory";
import { type Night, playNights } from "../../src/local/story/scenario";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { type LocalVault, startVault } from "../../src/local/runtime/localVault";
import type { RetentionPoint } from "../../src/vault/retention/retention";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { namesOf } from "../../src/iam/names";
import { letGo } from "../simulation/rules/keepOracle";
import { declaringAfar } from "../support/declaringAfar";
import { emulatorHome } from "../support/emulatorHome";

const ROOT = join(__dirname, "..", "..");
const ONE_INSTANCE = readInventory({ inventory: join(ROOT, "examples", "one-instance.json") }, "us-east-1");
const VOLUME_ID = "vol-0a10000000000000a";
/** A Friday in ISO week 47; the history continues to week 3. */
const START_MS = Date.UTC(2026, 10, 20);
const NIGHTS = 60;
const RULES = {
  "us-east-1": { daily: 4, weekly: 3, monthly: 3 },
  "us-west-2": { last: 2, weekly: 5, yearly: 3 },
} as const;

type Region = keyof typeof RULES;

/** Returns each night's points: one more, and without those that the rules release. */
function pointsLeft(region: Region): RetentionPoint[] {
  let points: RetentionPoint[] = [];
  for (let night = 0; night < NIGHTS; night += 1) {
    const slotMs = START_MS + night * DAY_MS + 3 * HOUR_MS;
    const point = { snapshotId: new Date(slotMs).toISOString(), volumeId: VOLUME_ID };
    points.push({ ...point, startTimeMs: slotMs, slotMs });
    const gone = letGo(points, RULES[region], slotMs, 1);
    points = points.filter(({ snapshotId }) => !gone.has(snapshotId));
  }
  return points;
}

/** Returns the rules that alone would keep a point, in words. */
function rulesThatKeep(region: Region, points: readonly RetentionPoint[], id: string): string[] {
  const wants = ([rule, count]: [string, number]) =>
    !letGo(points, { [rule]: count }, START_MS + NIGHTS * DAY_MS, 0).has(id);
  return Object.entries(RULES[region])
    .filter(wants)
    .map(([rule, count]) => `${rule} ${count}`);
}

async function switchSweepsOff({ account, stack }: LocalVault): Promise<void> {
  const { scheduleGroup: GroupName, sweepSchedule: Name } = namesOf(stack.vaultId);
  const known = await account.scheduler(stack.primaryRegion).send(new GetScheduleCommand({ GroupName, Name }));
  const { ScheduleExpression, FlexibleTimeWindow, Target } = known;
  await account.scheduler(stack.primaryRegion).send(
    new UpdateScheduleCommand({
      GroupName,
      Name,
      ScheduleExpression,
      FlexibleTimeWindow,
      Target,
      State: "DISABLED",
    }),
  );
}

let vault: LocalVault;
let nights: Night[];
let explained: Explanation;

beforeAll(async () => {
  const config = loadStackConfig(ROOT, "dev", [
    `keep=${JSON.stringify(RULES["us-east-1"])}`,
    `drKeep=${JSON.stringify(RULES["us-west-2"])}`,
  ]);
  const home = emulatorHome("history");
  vault = await startVault(
    { folder: ROOT, home, config, inventory: ONE_INSTANCE, startMs: START_MS, declaring: declaringAfar },
    () => undefined,
  );
  await switchSweepsOff(vault);
  // EC2's minutes do not matter here, and each would be looked at.
  await vault.emulator.setPending({ snapshot: 1, copy: 1 });
  const timing = { schedule: "cron(0 3 * * ? *)", timezone: "UTC", startMs: START_MS };
  nights = await playNights(vault, timing, NIGHTS, () => undefined);
  explained = await explain(vault, VOLUME_ID, nights.at(-1)?.slot ?? "");
}, 240_000);

afterAll(() => vault.stop());

describe.each(Object.keys(RULES) as Region[])("sixty nights in %s", (region) => {
  it("leave exactly the points that the rules keep", () => {
    const left = explained.points.filter((point) => point.region === region);
    const wanted = pointsLeft(region).map(({ slotMs = 0 }) => slotMs);
    expect(left.map(({ slot }) => Date.parse(slot))).toEqual(wanted.reverse());
    expect(wanted.length).toBeLessThan(NIGHTS / 5);
  });

  it("leave each point with all the rules that keep it, and no other", () => {
    const points = pointsLeft(region);
    const reported = explained.points
      .filter((point) => point.region === region)
      .map(({ slot, reason }) => [Date.parse(slot), reason.match(/[a-z]+ \d+(?=,|:|$)/g)]);
    const wanted = points.map(({ snapshotId, slotMs }) => [slotMs, rulesThatKeep(region, points, snapshotId)]);
    expect(reported).toEqual(wanted.reverse());
  });
});

it("give every reason in the table that is shown, newest first", () => {
  const text = renderExplanation(explained, true).join("\n");
  const words = text.replace(/[│\s]+/g, " ");
  for (const { slot, snapshotId, reason } of explained.points) {
    expect(words).toContain(`${snapshotId} ${reason}`);
    expect(words).toContain(slot);
  }
  expect(words).toContain("the newest of i-0a10000000000000a");
});

it("leave out what is too long to read unless it is asked for, and say how much", () => {
  const [first] = explained.points;
  const many = Array.from({ length: 30 }, () => first!);
  const text = renderExplanation({ volumeId: VOLUME_ID, points: many }, false).join("\n");
  expect(text.match(/snap-/g)).toHaveLength(12);
  expect(text).toContain(`18 older ones are left out: --explain ${VOLUME_ID} shows all.`);
});

it("have no failure and no mail", () => {
  expect(nights.filter(({ errors }) => errors > 0)).toEqual([]);
  expect(vault.mails()).toEqual([]);
});
