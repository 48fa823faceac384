/**
 * Plays what people do to a vault over the years, each as it once lost recovery points: the rows of the table that the
 * rule of changes came from. Prints what is left of each, as one JSON document; rows.test.ts has the right values.
 */
import type { VaultSettings } from "../../src/vault/model/settings";
import { archiveSource, buildArchive } from "../simulation/archiveSource";
import type { FunctionSource } from "../simulation/source";
import { keeping } from "../support/world";
import { named } from "./cadence";
import { keyedRegion } from "./draws";
import { DR, DR2, PRIMARY, type Row, playRow } from "./rowStage";

/** What is left at one time, by item counted. */
type Counts = Record<string, number>;

export interface RowResult {
  /** What is left, by a name for the time. */
  left: Record<string, Counts>;
  mails: {
    night: number;
    regions: string[];
    hashes: string[];
    points: number[];
    dates: string[];
  }[];
}

/** End of a change: nobody answers, or the plan is approved the day after its mail. */
type Ending = "grace" | "approved";

interface Scene {
  settings?: Partial<VaultSettings>;
  before: (row: Row) => Promise<void>;
  change: (row: Row) => Promise<void> | void;
  count: (row: Row) => Counts;
  /** Nights after the change that are counted. */
  looks: readonly number[];
}

const SHORTER = { policies: keeping(3) };

function bothRegions(row: Row): Counts {
  const [one] = row.instances;
  return { [PRIMARY]: row.points(one!), [DR]: row.points(one!, DR) };
}

async function servers(row: Row, count: number, nights: number): Promise<void> {
  for (let index = 0; index < count; index += 1) row.instances.push(row.launch(2));
  await row.nights(nights);
}

const SHORTENED: Scene = {
  before: (row) => servers(row, 2, 35),
  change: ({ deploy }) => {
    deploy(SHORTER);
  },
  count: bothRegions,
  looks: [1, 7, 8],
};

const MONTHLY = { keep: { monthly: 12 }, drKeep: { monthly: 12 } };
const LAST = { keep: { last: 14 }, drKeep: { last: 14 } };
const YEARS = {
  keep: { daily: 7, weekly: 4, yearly: 7 },
  drKeep: { daily: 7, weekly: 4, yearly: 7 },
};

const SCENES: Readonly<Record<string, Scene>> = {
  "a shorter retention": SHORTENED,
  "a shorter retention with a second DR region": {
    ...SHORTENED,
    change: ({ deploy }) => {
      deploy({ ...SHORTER, dr: [keyedRegion(DR), keyedRegion(DR2)] });
    },
    count: (row) => ({ ...bothRegions(row), [DR2]: row.points(row.instances[0]!, DR2) }),
  },
  "a shorter retention, then another DR region": {
    ...SHORTENED,
    change: async ({ deploy, nights }) => {
      deploy(SHORTER);
      await nights(3);
      deploy({ dr: [keyedRegion(DR2)] });
    },
    count: (row) => ({ [PRIMARY]: row.points(row.instances[0]!), [DR2]: row.points(row.instances[0]!, DR2) }),
    looks: [4, 7, 8, 13],
  },
  "tags removed from six of twelve": {
    settings: { orphans: "expire", orphanDays: 3 },
    before: (row) => servers(row, 12, 8),
    change: ({ instances }) => {
      for (const instance of instances.slice(0, 6)) instance.tags = {};
    },
    count: (row) => ({ ...bothRegions(row), "one that stays": row.points(row.instances[11]!) }),
    looks: [1, 3, 7, 8],
  },
  "a shorter retention beside many orphans": {
    ...SHORTENED,
    before: async (row) => {
      await servers(row, 3, 31);
      for (let night = 0; night < 4; night += 1) {
        const group = Array.from({ length: 20 }, () => row.launch(1));
        await row.nights(1);
        for (const { instanceId } of group) row.account.instances.delete(instanceId);
      }
    },
    count: (row) => {
      const orphans = [...row.account.byInstance.keys()].length - row.account.instances.size;
      return { ...bothRegions(row), orphans };
    },
  },
  "a volume detached over a monthly run": {
    settings: { schedule: named("monthly").cron, policies: { true: MONTHLY } },
    before: (row) => servers(row, 1, 365),
    change: async ({ instances, hours }) => {
      // It is noon of the first of January: the next run is at three in the morning of the first of February.
      await hours(30 * 24 + 12);
      const lost = instances[0]!.attached.pop()!;
      await hours(6);
      instances[0]!.attached.push(lost);
    },
    count: (row) => {
      const [root, data] = row.instances[0]!.attached.map(({ volumeId }) => volumeId);
      return { ...bothRegions(row), root: row.ofVolume(root!), data: row.ofVolume(data!) };
    },
    looks: [32, 75],
  },
  "a more frequent schedule": {
    settings: { policies: { true: LAST } },
    before: (row) => servers(row, 1, 16),
    change: ({ deploy }) => {
      deploy({ schedule: named("hourly").cron });
    },
    count: (row) => {
      const [one] = row.instances;
      const since = row.account.time.nowMs();
      const old = (row.account.byInstance.get(one!.instanceId) ?? []).filter(
        (snapshot) =>
          !snapshot.deleted && snapshot.region === PRIMARY && snapshot.startMs < Date.parse("2026-01-17T12:00:00Z"),
      );
      return {
        old: old.length / 2,
        oldestDays: Math.floor((since - Math.min(...old.map(({ startMs }) => startMs), since)) / 86_400_000),
      };
    },
    looks: [1, 3, 7, 8],
  },
  "the policies block removed": {
    settings: { policies: { ...keeping(30), gold: LAST } },
    before: async (row) => {
      row.instances.push(row.launch(2, "gold"), row.launch(1));
      await row.nights(20);
    },
    change: ({ deploy }) => {
      deploy({ policies: keeping(30) });
    },
    count: bothRegions,
    looks: [1, 8, 40],
  },
  "regions swapped": {
    settings: { policies: { true: { keep: { retentionDays: 7 }, drKeep: { retentionDays: 33 } } } },
    before: (row) => servers(row, 1, 36),
    change: (row) => {
      row.deploy({ primaryRegion: DR, dr: [keyedRegion(PRIMARY)] });
      row.launch(2);
    },
    count: (row) => ({ surviving: row.points(row.instances[0]!, DR), lost: row.points(row.instances[0]!, PRIMARY) }),
    looks: [1, 7, 20, 32, 36],
  },
  "the root replaced": {
    settings: { policies: { true: YEARS } },
    before: (row) => servers(row, 1, 60),
    change: ({ account, instances, launch }) => {
      const [one] = instances;
      const spare = launch(1);
      account.instances.delete(spare.instanceId);
      one!.attached[0] = spare.attached[0]!;
    },
    count: bothRegions,
    looks: [1, 8, 40],
  },
};

function datesIn(body: string): string[] {
  return [...new Set([...body.matchAll(/ from (\S+) on, since /g)].map(([, date = ""]) => date))];
}

async function play(source: FunctionSource, scene: Scene, ending: Ending): Promise<RowResult> {
  return playRow(source, scene.settings ?? {}, async (row) => {
    await scene.before(row);
    const left: RowResult["left"] = { before: scene.count(row) };
    row.change();
    const { time } = row.account;
    const changedMs = time.nowMs();
    await scene.change(row);
    const nightsTo = (night: number) => row.hours((changedMs - time.nowMs()) / 3_600_000 + 24 * night);
    if (ending === "approved") {
      await nightsTo(scene.looks[0]!);
      const hashes = row.mails.flatMap(({ announced }) => announced.map(({ hash }) => hash));
      row.deploy({ approvedDeletePlan: hashes });
      await row.nights(1);
      left.approved = scene.count(row);
    } else {
      for (const night of scene.looks) {
        await nightsTo(night);
        left[`night ${night}`] = scene.count(row);
      }
    }
    const mails = row.mails.map(({ night, body, announced }) => ({
      night,
      regions: announced.map(({ region }) => region),
      hashes: announced.map(({ hash }) => hash),
      points: announced.map(({ points }) => points),
      dates: datesIn(body),
    }));
    return { left, mails };
  });
}

export type RowResults = Record<string, Record<Ending, RowResult>>;

async function main(): Promise<void> {
  const source = archiveSource(await buildArchive());
  const results: RowResults = {};
  for (const [name, scene] of Object.entries(SCENES)) {
    results[name] = { grace: await play(source, scene, "grace"), approved: await play(source, scene, "approved") };
  }
  console.log(JSON.stringify(results));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(2);
});
