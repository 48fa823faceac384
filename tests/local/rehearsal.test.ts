/**
 * Tests that what a newcomer sees with `npm start` is true. Method: the real command in a child process, its JSON
 * result, and what it leaves behind.
 */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderAlarms } from "../../src/local/print/alarmTableText";
import type { CallsFile } from "../../src/local/findings/callsFile";
import { renderFailureRecord } from "../../src/local/print/failureRecordText";
import type { Rehearsal } from "../../src/local/print/tables";
import { HOUR_MS } from "../../src/vault/lib/time";
import { schemaFaults } from "../support/auditBucket";
import { run } from "../support/npmStart";
import { decided, neededStatements } from "../support/recordedCalls";

describe("npm start with the bundled fleet", () => {
  let ended: Awaited<ReturnType<typeof run>>;
  let rehearsal: Rehearsal;
  let called: CallsFile;

  beforeAll(async () => {
    const calls = join(mkdtempSync(join(tmpdir(), "smart-vault-")), "calls.json");
    ended = await run("--json", "--nights", "5", "--calls", calls);
    rehearsal = JSON.parse(ended.out) as Rehearsal;
    called = JSON.parse(readFileSync(calls, "utf8")) as CallsFile;
  }, 400_000);

  it("ends 0 and says that everything can be restored", () => {
    expect(ended.code).toBe(0);
    expect(rehearsal.complete).toBe(true);
    expect(rehearsal.audit.gaps).toEqual([]);
  });

  it("shows every protected volume with the newest slot in both regions", () => {
    const newest = rehearsal.nights[rehearsal.nights.length - 1]?.slot;
    const volumes = rehearsal.audit.instances.flatMap((i) => (i.protected ? i.volumes : []));
    const wanted = volumes.filter((volume) => !volume.excluded);
    expect(wanted).toHaveLength(11);
    for (const { snapshots, copies } of wanted) {
      expect(snapshots.newest).toBe(newest);
      expect(Object.values(copies).map((one) => one.newest)).toEqual([newest]);
    }
  });

  it("leaves out the excluded volume and the untagged instance", () => {
    const byName = new Map(rehearsal.audit.instances.map((i) => [i.name, i]));
    expect(byName.get("scratch-1")?.protected).toBe(false);
    const excluded = byName.get("cache-1")?.volumes.find((volume) => volume.excluded);
    expect(excluded?.snapshots.count).toBe(0);
    expect(Object.values(excluded?.copies ?? {}).map((one) => one.count)).toEqual([0]);
  });

  it("makes one snapshot and one copy per volume and night, and the shared volume's once", () => {
    const clean = rehearsal.nights.slice(0, 5);
    expect(clean.map(({ snapshots, copies }) => [snapshots, copies])).toEqual(clean.map(() => [10, 10]));
  });

  it("prunes by retention in both regions, and says why", () => {
    const reasons = new Set(
      rehearsal.pruned.map(({ region, reason }) => `${region}: ${reason.replace(/^.* old, /, "")}`),
    );
    expect(reasons).toContain("us-east-1: kept for 3 days");
    expect(reasons).toContain("us-west-2: kept for 3 days");
  });

  it("explains the recovery points of the first volume, as the function logged them", () => {
    const { volumeId, points } = rehearsal.explained!;
    expect(volumeId).toBe("vol-0a10000000000000a");
    expect(points.map(({ region }) => region)).toEqual(Array(3).fill(["us-east-1", "us-west-2"]).flat());
    expect([...new Set(points.map(({ slot }) => slot))]).toEqual(
      rehearsal.nights
        .map(({ slot }) => slot)
        .slice(-3)
        .reverse(),
    );
    const newest = "within 3 days, the newest of i-0a10000000000000a";
    expect(points.map(({ reason }) => reason)).toEqual([newest, newest, ...Array<string>(4).fill("within 3 days")]);
  });

  describe("when the vault's role is removed from the DR key's policy for a day and some hours", () => {
    const VAULT = "smart-vault-dev";
    /** Hours after the first run without the key. */
    const hoursOf = (at: string) => Math.round((Date.parse(at) - Date.parse(rehearsal.nights[5]!.slot)) / HOUR_MS);

    it("keeps taking snapshots, attempts the copies at least every two hours, and catches up on all", () => {
      const [first, second, after] = rehearsal.nights.slice(5);
      expect([first, second, after].map((night) => night?.snapshots)).toEqual([10, 10, 10]);
      expect([first?.errors, second?.errors, after?.errors]).toEqual([1, 2, 0]);
      expect(second!.copies).toBeGreaterThan(10 * 16);
      expect(rehearsal.nights).toHaveLength(8);
    });

    it("mails each copy that fails once a day, with EC2's reason and what to do", () => {
      const own = rehearsal.mails.filter(({ body }) => !body.startsWith("{"));
      expect(own.map(({ at, subject }) => [hoursOf(at), subject])).toEqual([
        [1, `${VAULT}: backup incomplete, 10 problems`],
        [24, `${VAULT}: backup incomplete, 10 problems`],
        [25, `${VAULT}: backup incomplete, 10 problems`],
      ]);
      const broken =
        /^\d+\. the copy snap-\w+ of (snap-\w+) in us-west-2 is not usable: it is in state error: Given key ID is not accessible; the vault is replacing it$/gm;
      const reported = own.map(({ body }) => [...body.matchAll(broken)].map(([, id]) => id).sort());
      expect(reported.map((ids) => new Set(ids).size)).toEqual([10, 10, 10]);
      expect(reported[1]).toEqual(reported[0]);
      expect(reported[2]!.filter((id) => reported[0]!.includes(id))).toEqual([]);
      for (const { body } of own) {
        expect(body).toContain("What to do: If the reason names a key, check that the vault's key in that region is");
        expect(body).toContain("More: docs/RUNBOOK.md#mail-a-copy-is-missing-or-not-usable");
      }
    });

    it("sends each failed invocation to the topic, as the stack's on-failure destination says", () => {
      const records = rehearsal.mails.filter(({ body }) => body.startsWith("{"));
      const types = records.map(({ body }) => {
        const record = JSON.parse(body) as { responsePayload: { errorType: string } };
        return record.responsePayload.errorType;
      });
      expect(types).toEqual(Array(3).fill("BackupFailed"));
    });

    it("sets off that region's alarms for errors, overdue copies and stale recovery points until it is over", () => {
      const { alarms } = rehearsal;
      const inTrouble = alarms.flatMap(({ name, episodes }) =>
        episodes.flatMap(({ from, until = "" }) => {
          const hours = [hoursOf(from), hoursOf(until)];
          return hours[0]! < 0 ? [] : [[name.replace(`${VAULT}-`, ""), ...hours]];
        }),
      );
      expect(inTrouble).toEqual([
        ["errors", 1, 3],
        ["errors", 24, 27],
        ["overdue-us-west-2", 24, 33],
        ["stale-us-west-2", 24, 48],
      ]);
      const unlike = alarms.filter(({ metric, state }) => metric.emulated && state !== "OK");
      expect(unlike).toEqual([]);
    });

    it("leaves all other alarms quiet except no-heartbeat until the first sweep, and says which have no data", () => {
      const { alarms } = rehearsal;
      const before = alarms.flatMap(({ name, episodes }) =>
        episodes.flatMap(({ from, until }) => (hoursOf(from) < 0 ? [[name, from, until]] : [])),
      );
      const day = rehearsal.nights[0]!.slot.slice(0, 10);
      expect(before).toEqual([[`${VAULT}-no-heartbeat`, `${day}T00:00:00Z`, `${day}T01:05:00Z`]]);
      const words = renderAlarms(alarms, VAULT).join("\n");
      expect(words).toContain("OK all the time: duration, no-match, stale-us-east-1, throttles.");
      expect(words).toContain(
        `dropped (AWS/Scheduler InvocationDroppedCount), out-of-memory (SmartVault/Log OutOfMemory.${VAULT}).`,
      );
    });

    it("leaves an audit record that names the failed copies with their reason, in the documented form", () => {
      const { key, record } = rehearsal.auditRecord!;
      expect(schemaFaults(record, "record")).toEqual([]);
      const [folder] = rehearsal.nights[5]!.slot.replaceAll("-", "/").split("T");
      expect(key).toMatch(new RegExp(`^runs/${folder!}/\\d{8}T04\\d{4}Z-`));
      expect(record.problems).toHaveLength(10);
      const first = rehearsal.mails[0]!.body;
      for (const { kind, subject, message } of record.problems) {
        expect([kind, subject]).toEqual(["copy-unusable", expect.stringMatching(/^snap-\w+ in us-west-2$/)]);
        expect(first).toContain(message);
      }
      const shown = renderFailureRecord(rehearsal.auditRecord).join("\n");
      expect(shown).toContain(`/${key}`);
      expect(shown).toContain(record.problems[0]!.message);
    });
  });

  it("makes no call that its role's policy, as the stack declares it, does not allow", () => {
    const decisions = decided(called);
    expect(decisions.length).toBeGreaterThan(500);
    expect(decisions.filter(({ decision }) => decision !== "allowed")).toEqual([]);
    expect(called.role.name).toBe("smart-vault-dev-function");
    const total = rehearsal.calls.reduce((sum, { count }) => sum + count, 0);
    expect(called.calls).toHaveLength(total);
  });

  it("would be denied some call without almost any one statement of that policy", () => {
    const needed = neededStatements(called);
    const sids = called.role.policy.Statement.map(({ Sid = "" }) => Sid);
    expect(sids.filter((sid) => !needed.has(sid))).toEqual([
      // In this stack copies are kept as long as their snapshots.
      "MarkExpiredCopies",
      // All tags of this fleet's volumes fit into the calls that make its snapshots.
      "TagOwnSnapshots",
      // EC2 makes these calls and Lambda that one, not the function.
      "ReadEncryptedSources",
      "ReadEncryptedSourcesGrants",
      // No copy of this fleet waits for a place. tests/local/hints.test.ts sends hints.
      "Hint",
      "Log",
    ]);
  });

  it("shows progress on standard error only", () => {
    expect(ended.err).toContain("night 5 of 5");
    expect(ended.out.trimStart().startsWith("{")).toBe(true);
  });
});
