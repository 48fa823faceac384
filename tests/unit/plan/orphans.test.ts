/** Tests what is kept of instances that are no longer backed up: counted by each run, and reported once a week. */
import { PublishCommand } from "@aws-sdk/client-sns";
import { orphanNotices } from "../../../src/vault/plan/prune/orphans";
import { instanceRules } from "../../../src/vault/retention/effectiveRules";
import { roughCost } from "../../../src/vault/inventory/storageCost";
import { DAY_MS, isoSeconds } from "../../../src/vault/lib/time";
import { TAG } from "../../../src/vault/model/tags/tags";
import type { Snapshot } from "../../../src/vault/model/world";
import { makeRig } from "../../support/rig";
import { DR, NOW, SETTINGS, copyOf, instance, snapshot, volume } from "../../support/world";

const HERE = SETTINGS.primaryRegion;
const rig = makeRig();

beforeEach(() => {
  rig.reset();
});

function left(id: string, days: number, extra: Partial<Snapshot> = {}): Snapshot {
  const tags = { [TAG.instance]: "i-old" };
  return snapshot(id, { volumeId: "vol-old", startTimeMs: NOW - days * DAY_MS, tags, ...extra });
}

const live = snapshot("snap-live", { startTimeMs: NOW - DAY_MS });
const fleet = [instance("i-1", [volume("vol-1")])];
const orphansOf = (own: Snapshot[], instances: typeof fleet | undefined = fleet) =>
  instanceRules(own, { instances }, SETTINGS, NOW).orphans;

test("counts as orphan an instance that is missing and has had no recovery point for orphanDays", () => {
  expect(orphansOf([live, left("a", 31)])).toStrictEqual(["i-old"]);
  expect(orphansOf([live, left("a", 31), left("b", 29)])).toStrictEqual([]);
  expect(orphansOf([live], [])).toBeUndefined();
  expect(instanceRules([live], {}, SETTINGS, NOW).orphans).toBeUndefined();
});

test.each([
  ["has no volume", instance("i-1", [])],
  ["excludes each volume", instance("i-1", [volume("vol-1", { tags: { Backup: "exclude" } })])],
])("counts none if every instance %s, because mistaken tags are more likely", (_what, only) => {
  const own = [live, left("a", 31)];
  expect(orphansOf(own, [only])).toBeUndefined();
  expect(orphansOf(own, [only, instance("i-2", [volume("vol-2")])])).toStrictEqual(["i-old"]);
});

test("says in a notice how many there are, how large, of whom, at what cost, and how to delete or keep them", () => {
  const points = [left("a", 31), left("b", 32), left("c", 31, { volumeId: "vol-2", sizeGiB: 500 })];
  const pending = left("d", 33, { state: "pending" });
  expect(orphanNotices([...points, pending, live], ["i-old"], SETTINGS)).toStrictEqual([
    {
      kind: "orphans-kept",
      subject: HERE,
      message: `${HERE} keeps 3 recovery points with 516 GiB of volumes for 1 instance that nobody has backed up for 30 days: i-old. They cost roughly 25 USD a month (each volume once in full, at 0.05 USD per GiB).`,
      hint: "To keep what no other mail announces, do nothing: `orphans: keep-last` keeps the newest one of each volume for good. To delete all of them, set `orphans: expire`. The runbook's page has the commands for one instance.",
      severity: "notice",
    },
  ]);
});

test("gives each region its own notice, and does not count a redundant snapshot as another recovery point", () => {
  const first = left("a", 31);
  const all = [first, left("twin", 31), copyOf(first, "copy")];
  const notices = orphanNotices(all, ["i-old"], { ...SETTINGS, keepAtLeast: 2, orphans: "keep" });
  expect(notices.map(({ subject, message }) => `${subject}: ${message.slice(0, 34)}`)).toStrictEqual([
    `${HERE}: ${HERE} keeps 1 recovery point w`,
    `${DR.region}: ${DR.region} keeps 1 recovery point w`,
  ]);
  expect(notices[0]?.hint).toContain("`orphans: keep` leaves them to the rules of their policy");
});

test("says that drKeep keeps the copies of a region that is the primary one now", () => {
  const copy = copyOf(left("a", 31), "copy", { tags: { [TAG.volumeSizeGiB]: "8" } });
  const swapped = { ...SETTINGS, primaryRegion: DR.region };
  const [hint, asBefore] = [swapped, SETTINGS].map((settings) => orphanNotices([copy], ["i-old"], settings)[0]?.hint);
  const words = ", and `drKeep` keeps the copies that were made there while it was a DR region. To delete";
  expect(hint).toContain(`keeps the newest one of each volume for good${words}`);
  expect(asBefore).toContain("keeps the newest one of each volume for good. To delete");
});

test("makes no notice of this kind for what expires, because that is announced before it is deleted", () => {
  expect(orphanNotices([left("a", 31)], ["i-old"], { ...SETTINGS, orphans: "expire" })).toStrictEqual([]);
  expect(orphanNotices([live], [], SETTINGS)).toStrictEqual([]);
});

test.each([
  [0, "roughly 0 USD"],
  [8, "roughly less than 1 USD"],
  [1_000, "roughly 50 USD"],
])("estimates that %d GiB cost %s a month", (sizeGiB, words) => {
  expect(roughCost(sizeGiB === 0 ? [] : [left("a", 1, { sizeGiB })])).toContain(words);
});

test("measures orphans by region in each run, and reports them once a week", async () => {
  const old = left("a", 40);
  const days: number[] = [];
  for (let day = 0; day < 10; day += 1) {
    const atMs = NOW + day * DAY_MS;
    rig.at(atMs);
    rig.sees([live, old], [copyOf(live, "c-live"), copyOf(old, "c-old")]);
    rig.sns.resetHistory();
    await rig.trigger({ kind: "run", slot: isoSeconds(atMs) });
    const bodies = rig.sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input.Message);
    if (bodies.join().includes("that nobody has backed up")) days.push(day);
  }
  expect(days).toStrictEqual([0, 7]);
  const sent = rig.measured.filter(({ name }) => name.startsWith("Orphan"));
  expect(sent.slice(0, 4).map(({ name, region, value }) => [name, region, value])).toStrictEqual([
    ["OrphanRecoveryPoints", HERE, 1],
    ["OrphanGiB", HERE, 8],
    ["OrphanRecoveryPoints", DR.region, 1],
    ["OrphanGiB", DR.region, 8],
  ]);
});
