/**
 * Tests that with the sweep watched no schedule loses a run unnoticed, however rarely it fires. Method: the real
 * handler through days of sweeps alone, and CloudWatch's evaluation of the alarm table over what it sent.
 */
import { evaluate } from "../../src/local/runtime/alarmEvaluator";
import { alarmTable } from "../../src/stack/monitoring/alarmTable";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/vault/lib/time";
import { watchedVault } from "../support/watchedVault";
import { DR, NOW, SETTINGS } from "../support/world";

const TIMEOUT_SECONDS = 600;

function tableOf(schedule: string) {
  const limits = { maxRecoveryPointAgeHours: 0, copyOverdueHours: 24 };
  const drRegions = [DR.region];
  return alarmTable({
    ...SETTINGS,
    ...limits,
    schedule,
    drRegions,
    timeoutSeconds: TIMEOUT_SECONDS,
    memoryMb: 512,
  });
}

/** Plays the first night, and then some days without a run. */
async function daysWithoutRun(schedule: string, days: number) {
  const vault = watchedVault(TIMEOUT_SECONDS, { ...SETTINGS, schedule });
  await vault.night();
  for (let day = 0; day < days; day += 1) await vault.night({ runLost: true });
  const fromMs = NOW + HOUR_MS;
  const alarms = tableOf(schedule)
    .filter((alarm) => evaluate(alarm, vault.points, fromMs, vault.nowMs()).some(({ state }) => state === "ALARM"))
    .map(({ key }) => key);
  return { vault, alarms };
}

test.each([
  ["weekly", "cron(0 3 ? * SUN *)", 8, "2026-11-29T03:00:00Z"],
  ["monthly", "cron(0 3 1 * ? *)", 12, "2026-12-01T03:00:00Z"],
])(
  "catches up on a lost run of a %s schedule in the next sweep, and mails it once",
  async (_name, schedule, days, slot) => {
    const { vault, alarms } = await daysWithoutRun(schedule, days);
    expect(vault.slots()).toStrictEqual(["2026-11-22T03:00:00Z", slot]);
    const started = vault.points.filter(({ name }) => name === "SnapshotsStarted").at(-1);
    expect(started?.atMs).toBe(Date.parse(slot) + 30 * MINUTE_MS);
    expect(vault.mails()).toHaveLength(1);
    expect(vault.mails()[0]).toContain(
      `the scheduled run for ${slot} is missing: the hourly sweep creates its snapshots instead`,
    );
    expect(alarms).toStrictEqual([]);
  },
);

test("alarms three hours after the function of a monthly schedule dies, days before its next run", async () => {
  const schedule = "cron(0 3 1 * ? *)";
  const vault = watchedVault(TIMEOUT_SECONDS, { ...SETTINGS, schedule });
  await vault.night();
  const diedMs = vault.nowMs();
  await vault.night({ runLost: true, crashes: true });
  const alarm = tableOf(schedule).find(({ key }) => key === "no-heartbeat");
  const [first, ...later] = evaluate(alarm!, vault.points, NOW + HOUR_MS, diedMs + DAY_MS);
  expect(first?.state).toBe("OK");
  // The last sweep was half an hour before; CloudWatch looks at two periods beyond the 36.
  expect(later).toStrictEqual([{ atMs: diedMs - 30 * MINUTE_MS + 190 * MINUTE_MS, state: "ALARM" }]);
});
