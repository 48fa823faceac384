/**
 * Worlds as fast-check draws them: a few volumes, daily slots, snapshots in every state with duplicates, copies sound,
 * pending, failed, under another key or of sources that are gone, and snapshots that are not the vault's at all.
 */
import fc from "fast-check";
import { TAG, copyExpiredTag } from "../../src/vault/tags";
import { DAY_MS, MINUTE_MS, isoSeconds } from "../../src/vault/time";
import type { Snapshot, VaultPolicy, World } from "../../src/vault/types";
import { DR, NOW, SETTINGS, copyOf, inDr, instance, snapshot, volume } from "./world";
import { arbitraryKeepRules } from "./arbitraryKeepRules";

const VOLUMES = ["vol-1", "vol-2"];

const foreign = fc.constantFrom(
  { [TAG.vault]: "another-vault" },
  { [TAG.vault]: "" },
  { [TAG.vault]: "smart-vault-test2" },
);

interface Draw {
  volumeId: string;
  slotDaysAgo: number;
  lateMinutes: number;
  state: string;
  marked: boolean;
  archived: boolean;
  sourceGone: boolean;
  foreign?: Record<string, string>;
  copies: { state: string; sound: boolean; lateMinutes: number }[];
}

const draw: fc.Arbitrary<Draw> = fc.record(
  {
    volumeId: fc.constantFrom(...VOLUMES),
    slotDaysAgo: fc.constantFrom(-1, 0, 1, 2, 4, 6, 9, 12),
    lateMinutes: fc.integer({ min: 0, max: 600 }),
    state: fc.oneof(
      { weight: 6, arbitrary: fc.constant("completed") },
      { weight: 2, arbitrary: fc.constantFrom("pending", "error", "recoverable") },
    ),
    marked: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
    archived: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, fc.boolean()),
    sourceGone: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
    foreign: fc.option(foreign, { nil: undefined, freq: 12 }),
    copies: fc.array(
      fc.record({
        state: fc.constantFrom("completed", "completed", "completed", "pending", "error"),
        sound: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.boolean()),
        lateMinutes: fc.integer({ min: 0, max: 8_000 }),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ["volumeId", "slotDaysAgo", "lateMinutes", "state", "marked", "archived", "sourceGone", "copies"] }, // prettier-ignore
);

function place(world: { snapshots: Snapshot[]; copies: Snapshot[] }, drawn: Draw, index: number) {
  const slotMs = NOW - drawn.slotDaysAgo * DAY_MS;
  const source = snapshot(`snap-${index}`, {
    volumeId: drawn.volumeId,
    state: drawn.state,
    startTimeMs: slotMs + drawn.lateMinutes * MINUTE_MS,
    storageTier: drawn.archived ? "archive" : "standard",
    tags: {
      [TAG.slot]: isoSeconds(slotMs),
      ...(drawn.marked && { [copyExpiredTag(DR.region)]: isoSeconds(NOW - DAY_MS) }),
      ...drawn.foreign,
    },
  });
  if (!drawn.sourceGone) world.snapshots.push(source);
  if (drawn.state !== "completed") return;
  for (const [number, { state, sound, lateMinutes }] of drawn.copies.entries()) {
    world.copies.push(
      copyOf(source, `snap-${index}-copy-${number}`, {
        state,
        startTimeMs: source.startTimeMs + lateMinutes * MINUTE_MS,
        storageTier: "standard",
        ...(!sound && { kmsKeyId: "arn:aws:kms:us-west-2:111122223333:key/other" }),
      }),
    );
  }
}

const days = fc.integer({ min: 1, max: 9 }).map((retentionDays) => ({ retentionDays }));

export const arbitraryWorld: fc.Arbitrary<World> = fc
  .record({
    drawn: fc.array(draw, { maxLength: 14 }),
    attached: fc.subarray(VOLUMES),
    excluded: fc.subarray(VOLUMES),
  })
  .map(({ drawn, attached, excluded }) => {
    const world = { snapshots: [] as Snapshot[], copies: [] as Snapshot[] };
    for (const [index, one] of drawn.entries()) place(world, one, index);
    const volumes = attached.map((id, index) =>
      volume(id, {
        isRoot: index === 0,
        tags: excluded.includes(id) ? { [SETTINGS.tagKey]: "exclude" } : {},
      }),
    );
    const { snapshots, copies } = world;
    const instances = [instance("i-1", volumes)];
    return { snapshots, copies: inDr(copies), instances, problems: [], throttled: [] };
  });

/** By days as often as by rules, with a floor and with orphans of each kind but the one that the rules are not for. */
export const arbitraryPolicy: fc.Arbitrary<VaultPolicy> = fc
  .record({
    keep: fc.oneof(days, arbitraryKeepRules),
    drKeep: fc.oneof(days, arbitraryKeepRules),
    keepAtLeast: fc.constantFrom(1, 1, 1, 2),
    orphans: fc.constantFrom("keep" as const, "keep-last" as const),
    orphanDays: fc.integer({ min: 1, max: 9 }),
    timezone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York"),
  })
  .map(({ keep, drKeep, ...rest }) => ({
    ...SETTINGS,
    ...rest,
    policies: { true: { keep, drKeep } },
  }));
