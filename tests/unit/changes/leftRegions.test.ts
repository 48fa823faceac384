/**
 * Tests that what is left in a region that left the stack is remembered, counted by one sweep a day, and reported once
 * a week.
 */
import { DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { changesOf } from "../../../src/vault/clock/carriedChanges";
import type { ChangeMemory } from "../../../src/vault/model/memory/changeMemory";
import { remember } from "../../../src/vault/changes/changeMemory";
import { takeInventory } from "../../../src/vault/inventory/inventory";
import { afterLook, leftSnapshots, nextLeft, sourceRegions } from "../../../src/vault/inventory/leftRegions";
import { leftNotices } from "../../../src/vault/changes/leftRegions";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { World } from "../../../src/vault/model/world";
import { described, makeRig } from "../../support/rig";
import { DR, DR2, NOW, SETTINGS, SLOT, copyOf, sealedIn, snapshot } from "../../support/world";

const OLD = DR2.region;
const SWEEP_EVENT = { kind: "sweep" };
const rig = makeRig();
const elsewhere = rig.elsewhere(OLD);
const source = snapshot("snap-1", { startTimeMs: NOW - DAY_MS });
const copies = ["copy-1", "copy-2"].map((id) => copyOf(source, id, sealedIn(DR2)));

/** Holds what the last invocation knew before the region left. */
function memory(extra: Partial<ChangeMemory> = {}): ChangeMemory {
  const two = { ...SETTINGS, dr: [DR, DR2] };
  return { ...remember({ memory: undefined, hasPoints: false }, two, NOW), ...extra };
}

beforeEach(() => {
  rig.reset();
  elsewhere.reset();
  elsewhere.on(DescribeSnapshotsCommand).resolves({ Snapshots: copies.map(described) });
});

function asked(): number {
  return elsewhere.commandCalls(DescribeSnapshotsCommand).length;
}

function bodies(): string {
  return rig.sns
    .commandCalls(PublishCommand)
    .map(({ args: [{ input }] }) => input.Message)
    .join("\n");
}

describe("what is remembered about regions", () => {
  test("is when a region left, but not a region that came back", () => {
    const regions = [SETTINGS.primaryRegion, DR.region, OLD];
    const left = nextLeft({ regions }, [SETTINGS.primaryRegion, DR.region], NOW);
    expect(left).toStrictEqual([{ region: OLD, since: SLOT }]);
    const later = { regions: regions.slice(0, 2), left };
    expect(nextLeft(later, regions.slice(0, 2), NOW + DAY_MS)).toStrictEqual(left);
    expect(nextLeft(later, regions, NOW + DAY_MS)).toStrictEqual([]);
  });

  test("is forgotten once two looks found nothing", () => {
    const first = memory({ left: [{ region: OLD, since: SLOT }] });
    const look = (snapshots: typeof copies | undefined) => [{ region: OLD, since: SLOT, snapshots }];
    const once = afterLook(first, look([]));
    expect(once.left).toStrictEqual([{ region: OLD, since: SLOT, isEmpty: true }]);
    expect(afterLook(once, look([])).left).toStrictEqual([]);
    expect(afterLook(once, look(copies))).toStrictEqual(first);
    expect(afterLook(once, look(undefined))).toStrictEqual(once);
    expect(afterLook(once, [])).toStrictEqual(once);
  });

  test("comes back as it was carried, except for what a person wrote in its place", () => {
    const known = memory({ left: [{ region: OLD, since: SLOT }] });
    expect(changesOf(JSON.parse(JSON.stringify(known)), NOW)).toStrictEqual(known);
    expect(changesOf({ ...known, left: "x" }, NOW)).toStrictEqual(memory());
    expect(changesOf({ ...known, left: [{ region: 1 }] }, NOW)).toStrictEqual(memory());
  });

  test("after a stack moved to a new timer, comes from the copies' zones, which say where their sources were", () => {
    const zone = (availabilityZone: string) => snapshot("s", { tags: { [TAG.availabilityZone]: availabilityZone } });
    const doubted = { ...zone("xx-evil-1a"), doubt: { of: "tags", what: "" } as const };
    const all = [
      zone("us-east-1a"),
      zone("us-east-1b"),
      zone("us-west-2-lax-1a"),
      zone("us-gov-west-1a"),
      zone("no zone"),
      doubted,
    ];
    expect(sourceRegions(all)).toStrictEqual(["us-east-1", "us-gov-west-1", "us-west-2"]);
    const moved = { memory: undefined, hasPoints: true, madeIn: ["eu-west-1", DR.region] };
    expect(remember(moved, SETTINGS, NOW).left).toStrictEqual([{ region: OLD, since: SLOT }]);
  });
});

function seenWith(more: Partial<World>): World {
  return { copies: {}, problems: [], throttled: [], ...more };
}

function noticesOf(world: World) {
  return leftNotices(world, takeInventory(world, SETTINGS), SETTINGS);
}

function notices(left: World["left"]) {
  return noticesOf(seenWith({ left }));
}

describe("the notice about a region that left", () => {
  test("says how many snapshots there are, their size and cost, and how to delete or keep them", () => {
    expect(notices([{ region: OLD, since: SLOT, snapshots: copies }])).toStrictEqual([
      {
        kind: "left-region",
        subject: OLD,
        message: `${OLD} still has 2 snapshots of this vault with 16 GiB of volumes, but it left the stack (first noticed on 2026-11-22). The vault deletes nothing there any more. They cost roughly less than 1 USD a month (each volume once in full, at 0.05 USD per GiB).`,
        hint: `To keep them, do nothing, and keep the key that they are encrypted under. With \`protectKeys: false\` its deletion is scheduled already; the runbook's page has the command that cancels it. To delete all of them:\naws ec2 describe-snapshots --region ${OLD} --owner-ids self --filters 'Name=description,Values=smart-vault/1 vault=smart-vault-test *' --query 'Snapshots[].SnapshotId' --output text | tr '\\t' '\\n' | xargs -n 1 aws ec2 delete-snapshot --region ${OLD} --snapshot-id`,
        severity: "notice",
      },
    ]);
  });

  test("gives the reason if the region refuses, and is not sent for an empty or throttled region", () => {
    const of = (code: string) => ({
      region: OLD,
      since: SLOT,
      cause: { code, message: "no", answered: true },
    });
    expect(notices([of("UnauthorizedOperation")])).toMatchObject([
      { message: expect.stringContaining("UnauthorizedOperation: no") as string, severity: "notice" },
    ]);
    expect(notices([{ region: OLD, since: SLOT }])).toStrictEqual([]);
    expect(notices([{ region: OLD, since: SLOT, snapshots: [] }])).toStrictEqual([]);
    expect(notices(undefined)).toStrictEqual([]);
  });
});

describe("a former primary region that is a DR region now", () => {
  const original = snapshot("snap-old", { region: DR.region, startTimeMs: NOW - 9 * DAY_MS });
  const doubted = {
    ...original,
    snapshotId: "snap-x",
    doubt: { of: "identity", what: "" } as const,
  };
  const inDr = { [DR.region]: [original, doubted, copyOf(source, "copy-1", sealedIn(DR))] };

  test("is named with what was taken there, and with a command that leaves its copies alone", () => {
    expect(noticesOf(seenWith({ copies: inDr }))).toStrictEqual([
      {
        kind: "left-region",
        subject: `${DR.region} originals`,
        message: `${DR.region} was the primary region and is a DR region now. It still has 1 snapshot that this vault took there, with 8 GiB of volumes. In a DR region the vault deletes only copies, so it deletes none of these. They cost roughly less than 1 USD a month (each volume once in full, at 0.05 USD per GiB).`,
        hint: `To keep them, do nothing: retention covers them again once ${DR.region} is the primary region again. To delete all of them:\naws ec2 describe-snapshots --region ${DR.region} --owner-ids self --filters 'Name=description,Values=smart-vault/1 vault=smart-vault-test *' --query 'Snapshots[?!contains(Description, \`" snapshot="\`)].SnapshotId' --output text | tr '\\t' '\\n' | xargs -n 1 aws ec2 delete-snapshot --region ${DR.region} --snapshot-id`,
        severity: "notice",
      },
    ]);
    expect(noticesOf(seenWith({ copies: { [DR.region]: inDr[DR.region]!.slice(2) } }))).toStrictEqual([]);
  });

  test("is counted with the regions that left, if these were looked at", () => {
    const left = [{ region: OLD, since: SLOT, snapshots: copies }];
    const known = memory({ left: [{ region: OLD, since: SLOT }] });
    const leftIn = (world: World) => leftSnapshots(world, takeInventory(world, SETTINGS).regions);
    const count = (more: Partial<World>) => leftIn(seenWith({ copies: inDr, ...more }))?.length;
    expect(count({})).toBe(1);
    expect(count({ changes: known, left })).toBe(3);
    expect(count({ changes: known })).toBeUndefined();
    expect(leftIn(seenWith({}))).toBeUndefined();
  });
});

describe("a region that left, over whole invocations,", () => {
  test("causes no request if no region left, nor during a run", async () => {
    await rig.trigger(SWEEP_EVENT);
    rig.carries({ notified: {}, changes: memory() });
    await rig.trigger({ kind: "run", slot: SLOT });
    expect(asked()).toBe(0);
  });

  test("is counted once a day and reported once a week while it still has snapshots", async () => {
    rig.carries({ notified: {}, changes: memory() });
    const days: number[] = [];
    for (let hour = 0; hour < 16 * 24; hour += 1) {
      rig.at(NOW + HOUR_MS / 2 + hour * HOUR_MS);
      rig.sns.resetHistory();
      await rig.trigger(SWEEP_EVENT).catch(() => undefined);
      if (bodies().includes(`${OLD} still has 2 snapshots`)) days.push(Math.floor(hour / 24));
    }
    expect(days).toStrictEqual([0, 7, 15]);
    expect(asked()).toBe(17);
    const sent = rig.measured.filter(({ name }) => name.startsWith("LeftRegion")).slice(0, 2);
    expect(sent.map(({ name, value, region }) => [name, value, region])).toStrictEqual([
      ["LeftRegionSnapshots", 2, undefined],
      ["LeftRegionGiB", 16, undefined],
    ]);
  });

  test("is forgotten when it is empty", async () => {
    rig.carries({ notified: {}, changes: memory() });
    elsewhere.on(DescribeSnapshotsCommand).resolves({});
    for (const day of [0, 1, 2, 3]) {
      rig.at(NOW + MINUTE_MS + day * DAY_MS);
      await rig.trigger(SWEEP_EVENT).catch(() => undefined);
    }
    expect(asked()).toBe(2);
    expect(bodies()).not.toContain(OLD);
  });

  test("does not stop the invocation if it refuses", async () => {
    rig.carries({ notified: {}, changes: memory() });
    const denied = Object.assign(new Error("no"), { name: "UnauthorizedOperation" });
    elsewhere.on(DescribeSnapshotsCommand).rejects(denied);
    await expect(rig.trigger(SWEEP_EVENT)).resolves.toMatchObject({ status: "clean" });
    expect(bodies()).toContain(`could not count the snapshots that it left in ${OLD}`);
  });
});
