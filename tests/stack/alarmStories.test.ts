/**
 * Tests that each alarm goes off on the condition that it names, and is quiet otherwise. Method: the real handler
 * through nights that go well and one that does not, and CloudWatch's evaluation of the alarm table over what it sent.
 */
import { alarmTable } from "../../src/stack/monitoring/alarmTable";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { type AlarmState, evaluate } from "../../src/local/runtime/alarmEvaluator";
import { type Night, watchedVault } from "../support/watchedVault";
import { DR, NOW, SETTINGS } from "../support/world";

const TIMEOUT_SECONDS = 600;
const QUIET_BEFORE = 2;
const TABLE = alarmTable({
  ...SETTINGS,
  drRegions: [DR.region],
  timeoutSeconds: TIMEOUT_SECONDS,
  memoryMb: 512,
  maxRecoveryPointAgeHours: 0,
  copyOverdueHours: 24,
});
/** From the second run on, because the first has nothing before it to measure. */
const WATCHED_FROM_MS = NOW + DAY_MS;

/** Hours after the end of the quiet nights, and the state. */
type Change = [hours: number, state: AlarmState];

/** Returns what every alarm did in nights of which the first ones were quiet. Alarms without a change are left out. */
async function story(wrong: Night[], quietAfter: number): Promise<Record<string, Change[]>> {
  const vault = watchedVault(TIMEOUT_SECONDS);
  for (let n = 0; n < QUIET_BEFORE; n += 1) await vault.night();
  const beganMs = vault.nowMs();
  for (const night of wrong) await vault.night(night);
  for (let n = 0; n < quietAfter; n += 1) await vault.night();
  const changed: Record<string, Change[]> = {};
  for (const alarm of TABLE) {
    const [first, ...later] = evaluate(alarm, vault.points, WATCHED_FROM_MS, vault.nowMs());
    expect([alarm.key, first?.state]).toStrictEqual([alarm.key, "OK"]);
    if (later.length === 0) continue;
    changed[alarm.key] = later.map(({ atMs, state }) => [Math.round((atMs - beganMs) / HOUR_MS), state]);
  }
  return changed;
}

test("sets off no alarm on nights that go well", async () => {
  expect(await story([], 3)).toStrictEqual({});
});

const HERE = SETTINGS.primaryRegion;
const THERE = DR.region;
/** In ALARM from one hour to another. */
const within = (from: number, to: number): Change[] => [
  [from, "ALARM"],
  [to, "OK"],
];
/** From the next run to the one after it. */
const stale = { [`stale-${HERE}`]: within(24, 48), [`stale-${THERE}`]: within(24, 48) };
/**
 * The last sweep was half an hour before. From 190 minutes after it, which is three hours and the two periods that
 * CloudWatch looks at beyond them, to the next run.
 */
const silent = { "no-heartbeat": within(3, 24) };
const staleTwice = { [`stale-${THERE}`]: within(24, 72) };
const overdue = { [`overdue-${THERE}`]: within(25, 52) };
const limited = { copiesLimited: true };
const denied = { copiesRefused: true };
/** What was mailed at once is reported again every 23 hours, each time as an error that is held for two hours. */
const notifiedDaily = [...within(1, 3), ...within(24, 27), ...within(47, 50)];

const STORIES: [string, Night[], Record<string, Change[]>][] = [
  [
    "a run that is not allowed to snapshot, and a slot that is missed",
    [{ snapshotsRefused: true }],
    { errors: [...within(0, 2), ...within(9, 11)], ...stale },
  ],
  [
    "invocations that are killed",
    [{ seconds: TIMEOUT_SECONDS }],
    { errors: within(0, 26), duration: within(0, 26), ...silent, ...stale },
  ],
  ["invocations that crash", [{ crashes: true }], { errors: within(0, 26), ...silent, ...stale }],
  [
    "invocations that run out of memory",
    [{ memoryUsedUp: true }],
    { errors: within(0, 26), "out-of-memory": within(0, 26), ...silent, ...stale },
  ],
  ["invocations whose metrics are lost", [{ metricsLost: true }], silent],
  ["invocations that end before the last half minute of their time", [{ seconds: 565 }], {}],
  ["invocations that end in the last half minute of their time", [{ seconds: 575 }], { duration: within(0, 26) }],
  [
    "a function whose concurrency was taken away",
    [{ throttled: true }],
    { throttles: within(2, 25), ...silent, ...stale },
  ],
  ["calls that Scheduler drops", [{ dropped: true }], { dropped: within(1, 27), ...silent, ...stale }],
  ["a run that never comes and that the sweeps catch up on", [{ runLost: true }], {}],
  [
    "a tag that nothing carries",
    [{ noInstances: true }],
    { errors: within(0, 2), "no-match": within(0, 24), ...stale },
  ],
  ["a night in which EC2 accepts no copies", [limited], { [`stale-${THERE}`]: within(24, 48) }],
  ["two nights in which EC2 accepts no copies", [limited, limited], { ...overdue, ...staleTwice }],
  ["two nights in which copies are denied", [denied, denied], { errors: notifiedDaily, ...overdue, ...staleTwice }],
];

test.each(STORIES)("sets off the expected alarms for %s", async (_what, wrong, expected) => {
  expect(await story(wrong, 2)).toStrictEqual(expected);
});

test("sets off each alarm in one of the stories above", () => {
  const named = new Set(STORIES.flatMap(([, , expected]) => Object.keys(expected)));
  expect(TABLE.map(({ key }) => key).sort()).toStrictEqual([...named].sort());
});
