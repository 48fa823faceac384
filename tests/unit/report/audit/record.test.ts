/** Tests what a record says of each kind of action, and that a plan's hash depends on the actions alone. */
import type { Action, Outcome } from "../../../../src/vault/model/actions";
import { composeRecord } from "../../../../src/vault/report/audit/record";
import { takeInventory } from "../../../../src/vault/inventory/inventory";
import { DR, KEY, NOW, RUN, SETTINGS, SLOT, copyOf, snapshot, volume } from "../../../support/world";

const source = snapshot("snap-1");
const copy = copyOf(source, "copy-1");
const of = { instanceId: "i-1", slot: SLOT, volumeId: "vol-1" };

const ACTIONS: Action[] = [
  {
    kind: "snapshot",
    region: SETTINGS.primaryRegion,
    instanceId: "i-1",
    slot: SLOT,
    mode: "set",
    volumes: [volume("vol-1"), volume("vol-2")],
    excludeBootVolume: false,
    excludeDataVolumeIds: [],
    copyVolumeTags: true,
    maxTags: 50,
    tags: {},
    reason: "due",
  },
  {
    kind: "copy",
    region: DR.region,
    sourceSnapshotId: "snap-1",
    sourceRegion: SETTINGS.primaryRegion,
    kmsKeyArn: KEY,
    sinceMs: NOW,
    identity: copy.identity,
    tags: {},
    reason: "not copied yet",
  },
  {
    kind: "lock",
    region: DR.region,
    snapshotId: "copy-1",
    snapshot: copy,
    mode: "governance",
    days: 7,
    sinceMs: NOW,
    reason: "not locked yet",
  },
  {
    kind: "delete",
    region: DR.region,
    snapshotId: "copy-1",
    snapshot: copy,
    because: "retention",
    reason: "past its rules",
  },
];

function recordOf(actions: readonly Action[], more: Partial<Outcome> = {}) {
  const outcomes = actions.map((action): Outcome => ({ action, status: "done", detail: "", snapshotIds: [], ...more }));
  const inventory = takeInventory({ snapshots: [source], copies: { [DR.region]: [copy] } }, SETTINGS);
  const plan = { actions: [...actions], kept: [], problems: [], slotSettled: true, pending: [] };
  const decided = { inventory, plan, outcomes, withheld: [], deferredReads: [] };
  return composeRecord({ settings: SETTINGS, trigger: RUN, ...decided, startMs: NOW });
}

test("names for each action what it was about, with the part of a recovery point that a snapshot is", () => {
  expect(recordOf(ACTIONS).decisions).toMatchObject([
    { kind: "snapshot", instanceId: "i-1", mode: "set", volumeIds: ["vol-1", "vol-2"], reason: "due" },
    { kind: "copy", sourceSnapshotId: "snap-1", kmsKeyArn: KEY, of, reason: "not copied yet" },
    { kind: "lock", snapshotId: "copy-1", mode: "governance", days: 7, of, reason: "not locked yet" },
    { kind: "delete", snapshotId: "copy-1", because: "retention", of, reason: "past its rules" },
  ]);
});

test("has the same hash for the same actions in another order and with another outcome, and another for fewer", () => {
  const { planHash } = recordOf(ACTIONS);
  expect(recordOf([...ACTIONS].reverse(), { status: "failed", detail: "refused" }).planHash).toBe(planHash);
  for (const left of ACTIONS) expect(recordOf(ACTIONS.filter((one) => one !== left)).planHash).not.toBe(planHash);
});
