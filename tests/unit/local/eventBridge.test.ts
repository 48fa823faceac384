/** Tests when the emulated EventBridge Scheduler fires, before and after an edit of a schedule. */
import { fakeScheduler } from "../../../src/local/runtime/eventBridge";
import { HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";

const START_MS = Date.UTC(2026, 10, 22, 3);

/** Starts a scheduler with one schedule, whose expression can be edited. */
function started(expression: string) {
  const now = { ms: START_MS, expression };
  const readAll = () =>
    Promise.resolve([
      {
        Name: "runs",
        State: "ENABLED" as const,
        ScheduleExpression: now.expression,
        ScheduleExpressionTimezone: "UTC",
        Target: { Input: '{"kind":"run"}' },
      },
    ]);
  const scheduler = fakeScheduler(readAll, () => now.ms);
  const next = async () => (await scheduler.next())?.atMs;
  const fire = async () => {
    const firing = await scheduler.next();
    if (firing === undefined) throw new Error("nothing fires");
    scheduler.fired(firing);
    now.ms = firing.atMs;
  };
  return { now, next, fire };
}

test("counts a rate from when the schedule was made, and then from firing to firing", async () => {
  const { next, fire } = started("rate(6 hours)");
  await expect(next()).resolves.toBe(START_MS + 6 * HOUR_MS);
  await fire();
  await expect(next()).resolves.toBe(START_MS + 12 * HOUR_MS);
});

test("counts a rate from the edit, so that it fires for no time before that", async () => {
  const { now, next, fire } = started("cron(0 4 * * ? *)");
  await fire();
  now.ms = START_MS + 9 * HOUR_MS + MINUTE_MS;
  now.expression = "rate(1 hour)";
  await expect(next()).resolves.toBe(now.ms + HOUR_MS);
});

test("reads a cron from the edit on", async () => {
  const { now, next, fire } = started("rate(6 hours)");
  await fire();
  now.ms = START_MS + 10 * HOUR_MS + MINUTE_MS;
  now.expression = "cron(0 * * * ? *)";
  await expect(next()).resolves.toBe(START_MS + 11 * HOUR_MS);
});
