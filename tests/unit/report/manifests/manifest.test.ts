/**
 * Tests manifests of recovery points: when they are due, that each is written once, and that they are enough to restore
 * from.
 */
import { takeInventory } from "../../../../src/vault/inventory/inventory";
import { type DueManifests, dueManifests } from "../../../../src/vault/report/manifests/manifest";
import type { ClockState } from "../../../../src/vault/model/memory/clockState";
import { TAG } from "../../../../src/vault/model/tags/tags";
import { HOUR_MS, MINUTE_MS } from "../../../../src/vault/lib/time";
import type { CoreSettings } from "../../../../src/vault/model/settings";
import type { Snapshot, World } from "../../../../src/vault/model/world";
import { planOf } from "../../../support/planOf";
import {
  MANIFEST,
  MANIFESTED,
  RUN,
  SWEEP,
  fakeBucket,
  fiveDays,
  pair,
  rigOf,
  schemaFaults,
} from "../../../support/auditBucket";
import {
  DR,
  DR2,
  NOW,
  PRIMARY_KEY,
  SETTINGS,
  SLOT,
  copyOf,
  sealedIn,
  snapshot,
  replacementOf,
} from "../../../support/world";

/** What an invocation knows of its recovery points when it is done. */
function seenIn(world: World, settings: CoreSettings) {
  const { canonical } = planOf(world, settings, undefined, "run-1", NOW + HOUR_MS);
  return { inventory: takeInventory(world, settings), canonical };
}

let bucket: ReturnType<typeof fakeBucket>;
const written = () => bucket.keys().filter((key) => key.startsWith("manifests/"));

beforeEach(() => {
  bucket = fakeBucket();
});

describe("manifests", () => {
  test("are written once for everything that exists when they are switched on", async () => {
    const rig = rigOf(MANIFESTED);
    fiveDays(rig);
    const days = ["17", "18", "20", "21", "22"];
    await rig.trigger(RUN);
    expect(written().sort()).toStrictEqual(days.map((day) => `manifests/i-1/202611${day}T030000Z.json`));
    for (const key of written()) expect(schemaFaults(bucket.read(key), "manifest")).toStrictEqual([]);

    const before = bucket.puts();
    rig.at(NOW + HOUR_MS);
    rig.sees([], []);
    fiveDays(rig);
    await rig.trigger(SWEEP).catch(() => undefined);
    expect(bucket.puts()).toBe(before);
  });

  test("are not written again by a new environment after a second look half an hour later", async () => {
    const { source, copy } = pair("0", 0);
    copy.completedMs = NOW + 8 * MINUTE_MS + 123;
    // A redundant snapshot that was started before and took longer, which no manifest names.
    const startTimeMs = copy.startTimeMs - MINUTE_MS / 2;
    const other = copyOf(source, "copy-9", { startTimeMs, completedMs: NOW + 9 * MINUTE_MS });
    let carried: Partial<ClockState> = {};
    const putsIn = async (event: object, minutes: number) => {
      const rig = rigOf(MANIFESTED);
      rig.sees([source], [copy, other]);
      rig.at(NOW + minutes * MINUTE_MS);
      if ("done" in carried) rig.carries(carried as ClockState);
      const before = bucket.puts("manifests/");
      await rig.trigger(event);
      carried = rig.clockSets().at(-1)?.input ?? carried;
      return bucket.puts("manifests/") - before;
    };
    // Seen at once, and once more when no describe of another part can still lag.
    expect(await putsIn(RUN, 10)).toBe(1);
    expect(await putsIn(SWEEP, 61)).toBe(1);
    for (const hours of [2, 3, 12]) expect(await putsIn(SWEEP, hours * 60 + 1)).toBe(0);
  });

  test("of one second, one of which was refused, are completed by the next invocation", async () => {
    const refused = "manifests/i-2/20261122T030000Z.json";
    const one = pair("0", 0);
    const { completedMs } = one.source;
    const tags = { [TAG.instance]: "i-2" };
    const source = snapshot("snap-1", { volumeId: "vol-2", completedMs, tags });
    const two = { source, copy: copyOf(source, "copy-1", { completedMs: one.copy.completedMs }) };
    const rig = rigOf(MANIFESTED);
    rig.sees([one.source, two.source], [one.copy, two.copy]);
    rig.at(NOW + HOUR_MS);
    bucket.refuse(403, refused);
    await rig.trigger(RUN).catch(() => undefined);
    expect(bucket.keys()).toContain(MANIFEST);

    const next = rigOf(MANIFESTED);
    next.sees([one.source, two.source], [one.copy, two.copy]);
    next.at(NOW + 2 * HOUR_MS);
    next.carries(rig.clockSets().at(-1)?.input as ClockState);
    bucket.refuse(200);
    await next.trigger(SWEEP);
    expect(bucket.keys()).toContain(refused);
  });

  test("wait until every copy is verified", async () => {
    const rig = rigOf(MANIFESTED);
    const { source, copy } = pair("0", 0);
    rig.sees([source], [{ ...copy, state: "pending" }]);
    await rig.trigger(RUN);
    expect(written()).toStrictEqual([]);

    rig.at(NOW + HOUR_MS / 4);
    rig.sees([source], [{ ...copy, completedMs: NOW + HOUR_MS / 5 }]);
    await rig.trigger({ kind: "follow-up" });
    expect(written()).toStrictEqual([MANIFEST]);
    expect(Object.keys(rig.clockSets().at(-1)?.input.manifestsTo ?? {})).toStrictEqual([DR.region]);
  });

  test("are not written if the timer can't be read, because it is unknown which were written", async () => {
    const rig = rigOf(MANIFESTED);
    const { source, copy } = pair("0", 0);
    rig.sees([source], [copy]);
    rig.scheduler.reset();
    await rig.trigger({ kind: "follow-up" }).catch(() => undefined);
    expect(written()).toStrictEqual([]);
  });

  test("say all that is needed to restore", async () => {
    const rig = rigOf(MANIFESTED);
    const tags = {
      [TAG.volumes]: "vol-1:/dev/xvda:root:gp3:8:3000:125",
      [TAG.setSize]: "1",
      [TAG.crashConsistent]: "true",
      [TAG.instanceName]: "db-1",
      [TAG.instanceType]: "m7g.large",
      [TAG.availabilityZone]: "us-east-1a",
      [TAG.policy]: "true",
      "smart-vault:instance-tag:team": "a",
      disk: "root",
    };
    const source = snapshot("snap-0", { tags });
    rig.sees([source], [copyOf(source, "copy-0")]);
    await rig.trigger(RUN);
    expect(schemaFaults(bucket.read(MANIFEST), "manifest")).toStrictEqual([]);
    expect(bucket.read(MANIFEST)).toStrictEqual({
      schema: "smart-vault/manifest",
      version: 1,
      vault: SETTINGS.vaultId,
      slot: SLOT,
      primaryRegion: "us-east-1",
      instance: {
        instanceId: "i-1",
        name: "db-1",
        type: "m7g.large",
        availabilityZone: "us-east-1a",
        tags: { team: "a" },
      },
      policy: "true",
      crashConsistent: true,
      complete: true,
      volumes: [
        {
          volumeId: "vol-1",
          device: "/dev/xvda",
          role: "root",
          type: "gp3",
          sizeGiB: 8,
          iops: 3000,
          throughputMiBps: 125,
          tags: { disk: "root" },
          snapshot: {
            region: "us-east-1",
            snapshotId: "snap-0",
            state: "completed",
            encrypted: false,
            startedAt: SLOT,
            sizeGiB: 8,
          },
          copies: [
            {
              region: "us-west-2",
              snapshotId: "copy-0",
              state: "completed",
              encrypted: true,
              kmsKeyId: SETTINGS.dr[0]?.keyArn,
              startedAt: "2026-11-22T03:01:00Z",
              sizeGiB: 8,
            },
          ],
        },
      ],
    });
  });
});

describe("a due manifest", () => {
  const nothing = { problems: [], throttled: [] };
  const two = { ...SETTINGS, dr: [DR, DR2] };
  const { source, copy } = pair("0", 0);
  const second = copyOf(source, "copy-2", { ...sealedIn(DR2), completedMs: NOW + 50 * MINUTE_MS });
  const nowMs = NOW + HOUR_MS;
  const keys = ({ due }: DueManifests) => due.map(({ key }) => key);
  /** Returns what is due in a region, of what was completed after a time. */
  const dueIn = (world: World, settings: CoreSettings, region: string, toMs?: number) =>
    dueManifests(seenIn(world, settings), settings, { region, toMs }, nowMs);

  test("waits in each DR region for the copies there, and for no other region", () => {
    const sees = (copies: Record<string, (typeof copy)[]>) =>
      [DR, DR2].map(({ region }) => keys(dueIn({ snapshots: [source], copies, ...nothing }, two, region)));
    expect(sees({ [DR.region]: [copy], [DR2.region]: [second] })).toStrictEqual([[MANIFEST], [MANIFEST]]);
    expect(sees({ [DR.region]: [copy], [DR2.region]: [] })).toStrictEqual([[MANIFEST], []]);
    expect(sees({ [DR.region]: [copy] })).toStrictEqual([[MANIFEST], []]);
    const wrongKey = { ...second, kmsKeyId: PRIMARY_KEY };
    expect(sees({ [DR.region]: [copy], [DR2.region]: [wrongKey] })).toStrictEqual([[MANIFEST], []]);
  });

  test("names the verified copies of all regions, and is due again once another region has its own", () => {
    const copiesIn = (copies: World["copies"], toMs?: number) => {
      const [due] = dueIn({ snapshots: [source], copies, ...nothing }, two, DR.region, toMs).due;
      return due?.body.volumes.flatMap((volume) => volume.copies.map(({ snapshotId }) => snapshotId));
    };
    expect(copiesIn({ [DR.region]: [copy], [DR2.region]: [] })).toStrictEqual(["copy-0"]);
    const later = NOW + 40 * MINUTE_MS;
    expect(copiesIn({ [DR.region]: [copy], [DR2.region]: [second] }, later)).toStrictEqual(["copy-0", "copy-2"]);
  });

  test("is not taken as written for good while a DR region can't be read, since it lacks the copies there", () => {
    const world = { snapshots: [source], copies: { [DR.region]: [copy] }, ...nothing };
    expect(dueIn(world, two, DR.region).toMs).toBe(undefined);
    expect(dueIn(world, SETTINGS, DR.region).toMs).toBe(copy.completedMs);
  });

  test("is dated by the last of its parts", () => {
    const world = { snapshots: [source], copies: { [DR.region]: [copy], [DR2.region]: [second] }, ...nothing };
    const after = (minutes: number) => keys(dueIn(world, two, DR.region, NOW + minutes * MINUTE_MS));
    expect(after(49)).toStrictEqual([MANIFEST]);
    expect(after(50)).toStrictEqual([]);
  });

  test("is due again when a replacement has taken over", () => {
    const encrypting = { ...SETTINGS, primaryKeyArn: PRIMARY_KEY };
    const replacement = replacementOf(source, "snap-9", { completedMs: NOW + 55 * MINUTE_MS });
    const world = { snapshots: [source, replacement], copies: { [DR.region]: [copy] }, ...nothing };
    const [due] = dueIn(world, encrypting, DR.region, NOW + 50 * MINUTE_MS).due;
    expect(due?.body.volumes).toMatchObject([
      { snapshot: { snapshotId: "snap-9", encrypted: true }, copies: [{ snapshotId: "copy-0" }] },
    ]);
  });

  test("is due for a day if EC2 gives no date, since writing twice is better than never", () => {
    const undated = [source, copy].map(({ completedMs: _none, ...rest }) => rest);
    const world = { snapshots: [undated[0]!], copies: { [DR.region]: [undated[1]!] }, ...nothing };
    const due = (hours: number) => {
      const afterMs = NOW + hours * HOUR_MS;
      const until = { region: DR.region, toMs: afterMs - 30 * MINUTE_MS };
      return keys(dueManifests(seenIn(world, SETTINGS), SETTINGS, until, afterMs));
    };
    expect([1, 23, 24, 26].map((hours) => due(hours).length)).toStrictEqual([1, 1, 1, 0]);
  });

  test("says if a volume of the set is missing", () => {
    const half = { ...source, tags: { ...source.tags, [TAG.setSize]: "2" } };
    const world = { snapshots: [half], copies: { [DR.region]: [copy] }, ...nothing };
    const [due] = dueIn(world, SETTINGS, DR.region).due;
    expect(due?.body.complete).toBe(false);
  });

  test("ignores what a person wrote into a tag, so its key is unchanged", () => {
    const tagged = (one: Snapshot) => ({
      ...one,
      tags: { ...one.tags, [TAG.instance]: "../runs/x" },
    });
    const planted = { snapshots: [tagged(source)], copies: { [DR.region]: [tagged(copy)] }, ...nothing };
    expect(keys(dueIn(planted, SETTINGS, DR.region))).toStrictEqual([MANIFEST]);
    // A Description would not lead out of it either.
    const named = (one: Snapshot) => ({
      ...one,
      identity: { ...one.identity, instanceId: "../runs/x" },
    });
    const made = { snapshots: [named(source)], copies: { [DR.region]: [named(copy)] }, ...nothing };
    expect(keys(dueIn(made, SETTINGS, DR.region))).toStrictEqual(["manifests/___runs_x/20261122T030000Z.json"]);
  });
});
