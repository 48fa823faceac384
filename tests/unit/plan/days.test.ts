/** Tests the vault over sixty days on an AWS that refuses nothing: what it keeps, and that it does no work twice. */
import { planOf } from "../../support/planOf";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { Action } from "../../../src/vault/model/actions";
import type { VaultSettings } from "../../../src/vault/model/settings";
import type { World } from "../../../src/vault/model/world";
import type { SlotTask } from "../../../src/vault/model/trigger";
import { applyToWorld } from "../../support/applyToWorld";
import { DR, DR2, NOW, PRIMARY_KEY, SETTINGS, instance, keeping, volume } from "../../support/world";

const DAYS = 60;
const VOLUMES = [volume("vol-1", { isRoot: true }), volume("vol-2")];

interface Life {
  /** Time at which the instance is terminated. */
  terminatedOnDay?: number;
  settings?: Partial<VaultSettings>;
}

/** Plays one run per day and a sweep every six hours. */
function live(retentionDays: number, drRetentionDays: number, { terminatedOnDay = DAYS, settings = {} }: Life = {}) {
  const policies = keeping(retentionDays, drRetentionDays);
  const policy = { ...SETTINGS, ...settings, policies };
  const copies = Object.fromEntries(policy.dr.map(({ region }) => [region, []]));
  let world: World = { instances: [], snapshots: [], copies, problems: [], throttled: [] };
  const done: Action[] = [];
  for (let hour = 0; hour < DAYS * 24; hour += 6) {
    const nowMs = NOW + hour * HOUR_MS;
    const runId = `run-${hour}`;
    const slotTask: SlotTask | undefined = hour % 24 === 0 ? { slot: isoSeconds(nowMs), mode: "open" } : undefined;
    const alive = hour < terminatedOnDay * 24;
    world = { ...world, instances: alive ? [instance("i-1", VOLUMES)] : [] };
    const { actions } = planOf(world, policy, slotTask, runId, nowMs);
    done.push(...actions);
    world = applyToWorld(world, actions, nowMs);
  }
  const daysOf = (snapshots: World["snapshots"], volumeId: string) =>
    (snapshots ?? [])
      .filter((s) => s.volumeId === volumeId)
      .map((s) => (Date.parse(s.tags[TAG.slot] ?? "") - NOW) / DAY_MS)
      .sort((a, b) => a - b);
  return { world, done, daysOf };
}

const lastDays = (count: number) => Array.from({ length: count }, (_, n) => DAYS - count + n);

test.each([
  [7, 7],
  [7, 3],
  [3, 14],
  [1, 1],
])("keeps with %d days here and %d there just those of each volume", (here, there) => {
  const { world, daysOf } = live(here, there);
  for (const { volumeId } of VOLUMES) {
    expect(daysOf(world.snapshots, volumeId)).toStrictEqual(lastDays(here));
    expect(daysOf(world.copies[DR.region], volumeId)).toStrictEqual(lastDays(there));
  }
});

test.each([
  [7, 7],
  [7, 3],
  [3, 14],
])("copies and deletes with %d days here and %d there each snapshot once", (here, there) => {
  const { done } = live(here, there);
  const copied = done.flatMap((a) => (a.kind === "copy" ? a.sourceSnapshotId : []));
  expect(new Set(copied).size).toBe(copied.length);
  expect(copied).toHaveLength(DAYS * VOLUMES.length);
  const deleted = done.flatMap((a) => (a.kind === "delete" ? a.snapshotId : []));
  expect(new Set(deleted).size).toBe(deleted.length);
});

test.each([
  [7, 7],
  [7, 3],
  [3, 14],
])("keeps with %d days here and %d there the last point of a terminated instance in both regions", (here, there) => {
  const { world, daysOf } = live(here, there, { terminatedOnDay: 20 });
  for (const { volumeId } of VOLUMES) {
    expect(daysOf(world.snapshots, volumeId)).toStrictEqual([19]);
    expect(daysOf(world.copies[DR.region], volumeId)).toStrictEqual([19]);
  }
});

describe("with two DR regions and unencrypted volumes that are to be encrypted", () => {
  const settings = { dr: [DR, DR2], primaryKeyArn: PRIMARY_KEY };

  test.each([
    [7, 7],
    [7, 3],
    [3, 14],
    [1, 1],
  ])(
    "keeps with %d days here and %d there just those, and nothing unencrypted but for the last night",
    (here, there) => {
      const { world, daysOf } = live(here, there, { settings });
      for (const { volumeId } of VOLUMES) {
        expect(daysOf(world.snapshots, volumeId)).toStrictEqual(lastDays(here));
        for (const { region } of settings.dr) {
          expect(daysOf(world.copies[region], volumeId)).toStrictEqual(lastDays(there));
        }
      }
      expect(world.snapshots?.filter(({ encrypted }) => !encrypted)).toStrictEqual([]);
    },
  );

  test.each([
    [7, 3],
    [3, 14],
  ])("copies with %d days here and %d there each slot once to each region, and encrypts it once", (here, there) => {
    const { done } = live(here, there, { settings });
    const copied = done.flatMap((a) =>
      a.kind === "copy" ? `${a.region} ${a.tags[TAG.sourceVolume] ?? ""} ${a.tags[TAG.slot] ?? ""}` : [],
    );
    expect(new Set(copied).size).toBe(copied.length);
    expect(copied).toHaveLength(3 * DAYS * VOLUMES.length);
  });

  test("keeps a terminated instance's last point, encrypted, in every region", () => {
    const { world, daysOf } = live(7, 3, { settings, terminatedOnDay: 20 });
    for (const { volumeId } of VOLUMES) {
      expect(daysOf(world.snapshots, volumeId)).toStrictEqual([19]);
      for (const seen of Object.values(world.copies)) expect(daysOf(seen, volumeId)).toStrictEqual([19]);
    }
    expect(world.snapshots?.filter(({ encrypted }) => !encrypted)).toStrictEqual([]);
  });
});
