/**
 * Tests encrypted replacements that fail: attempted as often as failing copies, reported as soon, and their failed
 * attempts kept no longer.
 */
import { planOf } from "../../support/planOf";
import { TAG } from "../../../src/vault/model/tags/tags";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Plan } from "../../../src/vault/model/actions";
import type { CoreSettings } from "../../../src/vault/model/settings";
import type { Snapshot, World } from "../../../src/vault/model/world";
import { applyToWorld } from "../../support/applyToWorld";
import { DR, NOW, PRIMARY_KEY, SETTINGS, copyOf, inDr, snapshot, replacementOf } from "../../support/world";

const ENCRYPTING: CoreSettings = { ...SETTINGS, primaryKeyArn: PRIMARY_KEY };
const plain = snapshot("plain", { startTimeMs: NOW - DAY_MS });
const plainCopy = copyOf(plain, "plain-copy");
const reasonless = { state: "error" };

function plan(snapshots: Snapshot[], copies: Snapshot[], nowMs = NOW): Plan {
  const world: World = { snapshots, copies: inDr(copies), problems: [], throttled: [] };
  return planOf(world, ENCRYPTING, undefined, "run-1", nowMs);
}

/** Returns ids and reasons of what is deleted. */
function gone({ actions }: Plan): string[] {
  return actions.flatMap((a) => (a.kind === "delete" ? `${a.snapshotId}: ${a.reason}` : []));
}

interface Failing {
  attempts: number;
  /** Minutes after which it is reported. */
  reportedMinutes?: number;
  /** Largest number of failed attempts that existed at once. */
  failedOnes: number;
}

/** Invokes every so many minutes for thirty hours, while every copy that is started in the region fails at once. */
function allFailIn(region: string, first: Snapshot[], copies: Snapshot[], everyMinutes: number) {
  let world: World = { snapshots: first, copies: inDr(copies), problems: [], throttled: [] };
  const failing: Failing = { attempts: 0, failedOnes: 0 };
  for (let minutes = 0; minutes < 30 * 60; minutes += everyMinutes) {
    const nowMs = NOW + minutes * MINUTE_MS;
    const { actions, problems } = planOf(world, ENCRYPTING, undefined, "run-1", nowMs);
    if (problems.some(({ kind }) => kind === "copy-unusable")) failing.reportedMinutes ??= minutes;
    failing.attempts += actions.filter((a) => a.kind === "copy" && a.region === region).length;
    world = applyToWorld(world, actions, nowMs);
    const fail = (s: Snapshot) =>
      s.region === region && s.snapshotId.startsWith("snap-copy-") ? { ...s, state: "error" } : s;
    const there = world.copies[DR.region] ?? [];
    world = { ...world, snapshots: world.snapshots?.map(fail), copies: inDr(there.map(fail)) };
    const failed = [...(world.snapshots ?? []), ...(world.copies[DR.region] ?? [])];
    const failedOnes = failed.filter(({ state }) => state === "error").length;
    failing.failedOnes = Math.max(failing.failedOnes, failedOnes);
  }
  return failing;
}

test.each([1, 10, 60])(
  "treats a failing replacement like a failing copy in invocations every %d minutes: attempts, report, leftovers",
  (every) => {
    const encrypted = { ...plain, encrypted: true, kmsKeyId: "of the volume" };
    const ofCopy = allFailIn(DR.region, [encrypted], [], every);
    const ofStandIn = allFailIn(SETTINGS.primaryRegion, [plain], [plainCopy], every);
    const { failedOnes, ...rest } = ofStandIn;
    expect(rest).toStrictEqual({ attempts: ofCopy.attempts, reportedMinutes: ofCopy.reportedMinutes });
    expect(failedOnes).toBeLessThanOrEqual(ofCopy.failedOnes);
    expect(ofCopy.reportedMinutes).toBeLessThanOrEqual(180);
  },
);

test.each(["st1", "sc1"])(
  "keeps failed replacements of a %s volume's snapshot, because they are not in the way of new snapshots",
  (type) => {
    const tags = { [TAG.volumes]: `vol-1:/dev/sdf:data:${type}:500::` };
    const cold = snapshot("plain", { startTimeMs: NOW - DAY_MS, tags });
    const failed = replacementOf(cold, "failed", { ...reasonless, startTimeMs: NOW - HOUR_MS });
    expect(gone(plan([cold, failed], [plainCopy]))).toStrictEqual([]);
  },
);

test("keeps failed replacements, which are counted, even after a newer snapshot of the volume is completed", () => {
  const failed = replacementOf(plain, "failed", { ...reasonless, startTimeMs: NOW - HOUR_MS });
  const today = snapshot("today");
  const todaysStandIn = replacementOf(today, "todays", { startTimeMs: NOW + MINUTE_MS });
  const done = plan([plain, failed, today, todaysStandIn], [plainCopy, copyOf(today, "today-copy")]);
  expect(gone(done)).toStrictEqual(["today: its encrypted copy todays replaces it"]);
});

test("deletes failed replacements once a replacement is verified", () => {
  const failed = replacementOf(plain, "failed", { ...reasonless, startTimeMs: NOW - HOUR_MS });
  const verified = replacementOf(plain, "verified", { startTimeMs: NOW - MINUTE_MS });
  expect(gone(plan([plain, failed, verified], [plainCopy]))).toStrictEqual([
    "plain: its encrypted copy verified replaces it",
    "failed: not usable, and replaced by verified",
  ]);
});

test("names the original, its region and EC2's reason in the report", () => {
  const attempts = [5, 4, 3].map((hours) =>
    replacementOf(plain, `try-${hours}`, {
      state: "error",
      stateMessage: "Given key ID is not accessible",
      startTimeMs: NOW - hours * HOUR_MS,
    }),
  );
  const { actions, problems } = plan([plain, ...attempts], [plainCopy]);
  expect(actions.map(({ kind, reason }) => `${kind}: ${reason}`)).toStrictEqual(["copy: its copy is not usable"]);
  expect(problems.map(({ kind, subject, message }) => [kind, subject, message])).toStrictEqual([
    [
      "copy-unusable",
      "plain in us-east-1",
      "the copy try-3 of plain in us-east-1 is not usable: it is in state error: Given key ID is not accessible; the vault is replacing it",
    ],
  ]);
});

test("reports a replacement under another key at once, and replaces it", () => {
  const rekeyed = replacementOf(plain, "rekeyed", { kmsKeyId: "another" });
  const { actions, problems } = plan([plain, rekeyed], [plainCopy]);
  expect(actions.map(({ kind }) => kind)).toStrictEqual(["copy"]);
  expect(problems.map(({ kind, subject }) => `${kind}/${subject}`)).toStrictEqual(["copy-unusable/plain in us-east-1"]);
});

test("reports a pending replacement after copyStuckHours, without replacing or abandoning it", () => {
  const stuck = (hours: number) =>
    plan([plain, replacementOf(plain, "slow", { state: "pending", startTimeMs: NOW - hours * HOUR_MS })], [plainCopy]);
  expect(stuck(12).problems).toStrictEqual([]);
  const { actions, problems } = stuck(12.5);
  expect(actions).toStrictEqual([]);
  expect(problems.map(({ kind, message }) => [kind, message])).toStrictEqual([
    ["copy-stuck", "the copy slow of plain in us-east-1 is not usable yet: it has been pending for 12.5 hours"],
  ]);
});

test("deletes a replacement that waits to be replaced with the last snapshot that it could replace", () => {
  const old = snapshot("old", { startTimeMs: NOW - 31 * DAY_MS });
  const rekeyed = replacementOf(old, "rekeyed", { kmsKeyId: "another" });
  const pending = replacementOf(old, "pending", { state: "pending" });
  const copies = [copyOf(old, "old-copy"), plainCopy];
  expect(gone(plan([old, rekeyed, pending, plain], copies))).toStrictEqual([
    "old: 31 days old, kept for 30 days",
    "rekeyed: made to replace old",
    "old-copy: 31 days old, kept for 30 days",
  ]);
});

test("does not count a failed snapshot as replaced by a replacement of older data", () => {
  const failed = snapshot("failed", reasonless);
  const replacement = replacementOf(plain, "stand-in", { startTimeMs: NOW + HOUR_MS });
  const { kept } = plan([replacement, failed], [plainCopy], NOW + 2 * HOUR_MS);
  expect(kept.map(({ snapshotId }) => snapshotId)).toContain("failed");
});
