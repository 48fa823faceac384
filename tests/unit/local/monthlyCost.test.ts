/** What an edit costs: an estimate that has to move the right way and by the right order, each figure reckoned by hand. */
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

test("seven daily recovery points are the volume and six days of changes, in each region", () => {
  // 2 × 100 GiB × 1.3 × 0.05; 100 GiB × 5 % × 30.4 days × 0.02; 1.00 + 0.90 + 3.00.
  expect(monthlyCost(STACK, CHANGE)).toEqual({
    storageUsd: 13,
    transferUsd: 3.04,
    machineryUsd: 4.9,
    totalUsd: 20.94,
  });
});

test("a volume whose blocks don't change costs its size", () => {
  const { storageUsd, transferUsd } = monthlyCost(keeping({ daily: 90 }), 0);
  expect([storageUsd, transferUsd]).toEqual([10, 0]);
});

test("few recovery points far apart cost no more than so many volumes", () => {
  expect(monthlyCost(keeping({ monthly: 3 }), 0.5).storageUsd).toBeLessThanOrEqual(3 * 10);
});

test("what is kept for ever is counted as it is after a year", () => {
  const forEver = monthlyCost(keeping({ daily: -1 }), CHANGE).storageUsd;
  expect(forEver).toBe(10 + 10 * 365 * CHANGE);
  expect(monthlyCost(keeping({ retentionDays: 3_650 }), CHANGE).storageUsd).toBe(forEver);
});

test("what is in the Recycle Bin is billed as before", () => {
  const { storageUsd } = monthlyCost({ ...STACK, recycleBinDays: 7 }, CHANGE);
  expect(storageUsd).toBe(2 * 100 * (1.3 + 7 * CHANGE) * 0.05);
});

test("a schedule that ends keeps one recovery point", () => {
  const once = { ...STACK, schedule: "cron(0 3 1 1 ? 2027)" };
  expect(monthlyCost(once, CHANGE).storageUsd).toBe(10);
});

test("a second DR region costs its storage, its transfer, and the first copies once", () => {
  const after = { ...STACK, drRegions: ["us-west-2", "eu-west-1"], keys: 2, alarms: 11 };
  expect(costChange(STACK, after, CHANGE)).toMatchObject({
    // 6.50 of storage, 3.04 of transfer, a key and two alarms.
    monthlyUsd: 10.74,
    onceUsd: 2,
    dailyChange: CHANGE,
  });
});

test("a shorter retention saves, and copies nothing again", () => {
  const { monthlyUsd, onceUsd } = costChange(STACK, keeping({ daily: 2 }), CHANGE);
  expect([monthlyUsd, onceUsd]).toEqual([-2.5, 0]);
});

test("a volume that comes in is copied whole to each region", () => {
  const [volume] = STACK.volumes;
  const after = { ...STACK, volumes: [volume!, { ...volume!, volumeId: "vol-2", gib: 40 }] };
  expect(costChange(STACK, after, CHANGE).onceUsd).toBe(0.8);
});
