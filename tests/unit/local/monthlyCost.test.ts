/**
 * Tests what an edit costs: an estimate that must move the right way and by the right order, each figure computed by
 * hand.
 */
import { type CostedStack, costChange, monthlyCost } from "../../../src/local/forecast/monthlyCost";

const STACK: CostedStack = {
  volumes: [{ volumeId: "vol-1", gib: 100, keep: { daily: 7 }, drKeep: { daily: 7 }, keepAtLeast: 1 }],
  drRegions: ["us-west-2"],
  schedule: "cron(0 3 * * ? *)",
  recycleBinDays: 0,
  keys: 1,
  alarms: 9,
  dashboards: 1,
};
const CHANGE = 0.05;

function keeping(keep: CostedStack["volumes"][number]["keep"]): CostedStack {
  return { ...STACK, volumes: STACK.volumes.map((one) => ({ ...one, keep, drKeep: keep })) };
}

test("costs seven daily recovery points as the volume and six days of changes, in each region", () => {
  // 2 × 100 GiB × 1.3 × 0.05; 100 GiB × 5 % × 30.4 days × 0.02; 1.00 + 0.90 + 3.00.
  expect(monthlyCost(STACK, CHANGE)).toEqual({
    storageUsd: 13,
    transferUsd: 3.04,
    machineryUsd: 4.9,
    totalUsd: 20.94,
  });
});

test("costs a volume whose blocks don't change as its size", () => {
  const { storageUsd, transferUsd } = monthlyCost(keeping({ daily: 90 }), 0);
  expect([storageUsd, transferUsd]).toEqual([10, 0]);
});

test("limits the cost of a few recovery points far apart to that many full volumes", () => {
  expect(monthlyCost(keeping({ monthly: 3 }), 0.5).storageUsd).toBeLessThanOrEqual(3 * 10);
});

test("counts what is kept for ever as it is after a year", () => {
  const forEver = monthlyCost(keeping({ daily: -1 }), CHANGE).storageUsd;
  expect(forEver).toBe(10 + 10 * 365 * CHANGE);
  expect(monthlyCost(keeping({ retentionDays: 3_650 }), CHANGE).storageUsd).toBe(forEver);
});

test("bills what is in the Recycle Bin as before", () => {
  const { storageUsd } = monthlyCost({ ...STACK, recycleBinDays: 7 }, CHANGE);
  expect(storageUsd).toBe(2 * 100 * (1.3 + 7 * CHANGE) * 0.05);
});

test("counts one recovery point for a schedule that ends", () => {
  const once = { ...STACK, schedule: "cron(0 3 1 1 ? 2027)" };
  expect(monthlyCost(once, CHANGE).storageUsd).toBe(10);
});

test("adds for a second DR region its storage, its transfer, and the first copies once", () => {
  const after = { ...STACK, drRegions: ["us-west-2", "eu-west-1"], keys: 2, alarms: 11 };
  expect(costChange(STACK, after, CHANGE)).toMatchObject({
    // 6.50 of storage, 3.04 of transfer, a key and two alarms.
    monthlyUsd: 10.74,
    onceUsd: 2,
    dailyChange: CHANGE,
  });
});

test("saves storage with a shorter retention, and copies nothing again", () => {
  const { monthlyUsd, onceUsd } = costChange(STACK, keeping({ daily: 2 }), CHANGE);
  expect([monthlyUsd, onceUsd]).toEqual([-2.5, 0]);
});

test("copies an added volume in full to each region", () => {
  const [volume] = STACK.volumes;
  const after = { ...STACK, volumes: [volume!, { ...volume!, volumeId: "vol-2", gib: 40 }] };
  expect(costChange(STACK, after, CHANGE).onceUsd).toBe(0.8);
});
