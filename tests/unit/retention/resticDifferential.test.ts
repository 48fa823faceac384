/**
 * retention against the real `restic forget`: random histories under random rules, in four time zones, must keep the
 * same points for the same reasons. Older than 0.16, restic knows neither `unlimited` nor the rule of the oldest point:
 * there the one is a count that nothing reaches (-1 it takes, and keeps nothing), and the other is left out.
 *
 * More of them, or with another restic: RESTIC=~/bin/restic RESTIC_POLICIES=1000 RESTIC_SEED=7 npx jest restic
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { makeCalendar } from "../../../src/vault/retention/calendar";
import { type RetentionPoint, retention } from "../../../src/vault/retention/retention";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { KeepRules } from "../../../src/vault/model/settings";
import { arbitraryKeepRules } from "../../support/arbitraryKeepRules";
import { writeResticRepository } from "../../support/resticRepository";

const HISTORIES = 40;
const POLICIES = Number(process.env.RESTIC_POLICIES ?? 20);
const SEED = Number(process.env.RESTIC_SEED ?? 1);
const PASSWORD = "secret";
const FUTURE = Date.UTC(2200, 0, 1);

const restic = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.env.RESTIC ?? "restic", args, {
    encoding: "utf8",
    env: { ...process.env, RESTIC_PASSWORD: PASSWORD, ...env },
    maxBuffer: 2 ** 28,
  });

const found = restic(["version"]).status === 0;
if (!found) console.warn("no restic: the differential test is skipped (apt install restic)");
const since016 = restic(["forget", "--keep-last", "unlimited", "--help"]).status === 0;
const withRestic = found ? test : test.skip;

/** Turns of the clock in Europe, America and Australia, of the year, of a leap day, and of a month of 31 days. */
const TURNS = [
  "2024-03-31T01:00Z",
  "2024-10-27T01:00Z",
  "2024-03-10T07:00Z",
  "2024-11-03T06:00Z",
  "2024-10-05T15:30Z",
  "2024-04-06T15:00Z",
  "2020-12-31T23:00Z",
  "2024-12-30T00:00Z",
  "2024-02-29T12:00Z",
  "2023-05-31T12:00Z",
].map((text) => Date.parse(text));

const STEPS = [20 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS, 31 * DAY_MS];

/** Draws different instants: regular around a clock change with gaps, scattered over years, a few in the future. */
const arbitraryHistory: fc.Arbitrary<number[]> = fc
  .record({
    around: fc.constantFrom(...TURNS),
    step: fc.constantFrom(...STEPS),
    steps: fc.uniqueArray(fc.integer({ min: -25, max: 25 }), { maxLength: 40 }),
    scattered: fc.array(fc.nat({ max: 3 * 365 * DAY_MS }), { maxLength: 12 }),
    future: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 })),
  })
  .map(({ around, step, steps, scattered, future }) => [
    ...new Set([
      ...steps.map((n) => around + n * step),
      ...scattered.map((ms) => around + ms - 365 * DAY_MS),
      ...Array.from({ length: future }, (_, n) => FUTURE + n * 5 * HOUR_MS),
    ]),
  ]);

/** `2024-10-27T02:30:00.000+01:00`: restic judges a snapshot by the wall clock that is stored with it. */
function withOffset(epochMs: number, timezone: string): string {
  const name = new Intl.DateTimeFormat("en", { timeZone: timezone, timeZoneName: "longOffset" })
    .formatToParts(epochMs)
    .find(({ type }) => type === "timeZoneName")?.value;
  const offset = name === "GMT" ? "+00:00" : (name ?? "").slice(3);
  const wallMs = epochMs + (Date.parse("2000-01-01T00:00Z") - Date.parse(`2000-01-01T00:00${offset}`));
  return `${new Date(wallMs).toISOString().slice(0, -1)}${offset}`;
}

interface Group {
  host: string;
  keep: { id: string }[] | null;
  remove: { id: string }[] | null;
  reasons: { matches: string[] }[] | null;
}

function forget(directory: string, timezone: string, rules: KeepRules): Group[] {
  const keep = Object.entries(rules).flatMap(([rule, value]: [string, string | number]) => [
    `--keep-${rule}`,
    value !== -1 ? String(value) : since016 ? "unlimited" : "99999",
  ]);
  const options = ["--repo", directory, "--dry-run", "--no-lock", "--no-cache", "--json"];
  const run = restic(["forget", ...options, "--group-by", "host", ...keep], { TZ: timezone });
  if (run.status !== 0) throw new Error(`restic ${keep.join(" ")}: ${run.stderr}`);
  return JSON.parse(run.stdout) as Group[];
}

/** Translates our words into restic's: `daily 7: 2026-11-22` → `daily snapshot`. */
function inResticsWords(reasons: readonly string[]): string[] {
  return reasons
    .filter((reason) => since016 || !reason.endsWith(": the oldest"))
    .map((reason) => {
      if (reason.startsWith("within")) return reason.replace(" of the newest", "");
      const oldest = reason.endsWith(": the oldest") ? "oldest " : "";
      return `${oldest}${reason.split(" ")[0] ?? ""} snapshot`;
    })
    .sort();
}

/** Returns what is kept, with the reasons. */
type Kept = [id: string, matches: string[]][];

function ours(points: readonly RetentionPoint[], rules: KeepRules, timezone: string): Kept {
  const options = { nowMs: Date.now(), calendar: makeCalendar(timezone), keepAtLeast: 0 };
  const { kept } = retention(points, rules, options);
  return [...kept]
    .map(([id, why]): [string, string[]] => [id, inResticsWords(why.split(", "))])
    .filter(([, matches]) => matches.length > 0);
}

function theirs({ keep, reasons }: Group): Kept {
  return (keep ?? []).map(({ id }, index) => [id, reasons?.[index]?.matches.sort() ?? []]);
}

const directory = mkdtempSync(join(tmpdir(), "restic-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Checks that restic's decisions and ours are the same for each history under each of the rules. */
function compare(name: string, timezone: string, histories: number[][], policies: KeepRules[]) {
  const repository = join(directory, `${name}-${timezone.replace("/", "-")}`);
  const flat = histories.flatMap((history, index) =>
    history.map((epochMs) => ({ hostname: `history-${index}`, epochMs })),
  );
  const records = flat.map(({ hostname, epochMs }) => ({
    hostname,
    time: withOffset(epochMs, timezone),
  }));
  const ids = writeResticRepository(repository, PASSWORD, records);
  const points = flat.map(({ hostname, epochMs }, index) => ({
    snapshotId: ids[index] ?? "",
    volumeId: hostname,
    startTimeMs: epochMs,
  }));
  for (const rules of policies) {
    const groups = forget(repository, timezone, rules);
    const hosts = new Set(groups.map(({ host }) => host));
    expect([...hosts].sort()).toStrictEqual([...new Set(flat.map((p) => p.hostname))].sort());
    for (const group of groups) {
      const mine = points.filter(({ volumeId }) => volumeId === group.host);
      const kept = ours(mine, rules, timezone);
      expect({ rules, kept }).toStrictEqual({ rules, kept: theirs(group) });
      expect(kept.length + (group.remove ?? []).length).toBe(mine.length);
    }
  }
}

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

withRestic.each(ZONES)("keeps what restic forget keeps, for the same reasons, in %s", (zone) => {
  const histories = fc.sample(arbitraryHistory, { numRuns: HISTORIES, seed: SEED });
  const policies = fc.sample(arbitraryKeepRules, { numRuns: POLICIES, seed: SEED });
  compare("random", zone, histories, policies);
});

withRestic.each(ZONES)("reaches back over the turns of the clock as restic does, in %s", (zone) => {
  // For each clock change all instants near it, and the newest a day later, at a time that was skipped or repeated.
  const near = Array.from({ length: 25 }, (_, n) => (n - 12) * 10 * MINUTE_MS);
  const later = [-60, -45, -30, -15, 0, 15, 30, 45, 60].map((n) => DAY_MS + n * MINUTE_MS);
  const histories = TURNS.slice(0, 6).flatMap((turn) =>
    later.map((ms) => [...near.map((offset) => turn + offset), turn + ms]),
  );
  const texts = ["1d", "24h", "1d1h", "23h", "25h"];
  compare(
    "turns",
    zone,
    histories,
    texts.map((within) => ({ within })),
  );
});
