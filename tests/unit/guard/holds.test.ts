import { inUseNotices, lockNotice, sharedNotice, tierHold } from "../../../src/vault/guard/holds";
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { Outcome } from "../../../src/vault/model/actions";
import { copyAction, deleteAction } from "../../support/actions";
import { DR, NOW, SETTINGS, copyOf, snapshot } from "../../support/world";

const action = deleteAction("snap-1", { reason: "9 days old, kept for 7 days" });
const there = deleteAction("copy-1", { region: DR.region });
const UNLOCK =
  "To delete it now, unlock it:\naws ec2 unlock-snapshot --region us-east-1 --snapshot-id snap-1\nOtherwise the vault deletes it after the lock expires.";

describe("the tier of a snapshot", () => {
  test.each([
    ["an archived snapshot", { storageTier: "archive" }, "it is in the archive tier"],
    [
      "a snapshot restored for a time",
      { storageTier: "archive", restoreExpiryTimeMs: NOW },
      "it is restored from the archive tier until 2026-11-22T03:00:00Z",
    ],
    [
      "a snapshot in the Recycle Bin",
      { state: "recoverable" },
      "it is recoverable: in the Recycle Bin, or on its way back from there",
    ],
    [
      "a snapshot on its way out of the Recycle Bin",
      { state: "recovering" },
      "it is recovering: in the Recycle Bin, or on its way back from there",
    ],
    ["a standard snapshot", {}, undefined],
    ["a failed snapshot", { state: "error" }, undefined],
    ["a snapshot without a tier", { storageTier: undefined }, undefined],
  ])("is read for %s", (_what, extra, reason) => {
    expect(tierHold(snapshot("snap-1", extra))).toBe(reason);
  });
});

describe("a lock", () => {
  const notified = (state: string, expiresMs?: number) => lockNotice(action, { state, expiresMs }, SETTINGS, NOW);

  test("that a person set is reported with its mode and its end", () => {
    expect(notified("governance", NOW + 30 * DAY_MS)).toStrictEqual({
      kind: "locked",
      subject: "snap-1",
      message:
        "snap-1 in us-east-1 is due for deletion (9 days old, kept for 7 days) but was not deleted: it is locked (governance) until 2026-12-22T03:00:00Z",
      hint: UNLOCK,
      severity: "notice",
    });
  });

  test.each([
    ["compliance", "Nobody can end a compliance lock. The vault deletes the snapshot after the lock expires."],
    ["compliance-cooloff", UNLOCK],
  ])("in state %s is reported with what can be done", (state, hint) => {
    expect(notified(state, NOW + 2 * DAY_MS)?.hint).toBe(hint);
  });

  test("that ends within a day is waited for without a report", () => {
    expect(notified("governance", NOW + DAY_MS)).toBeUndefined();
    expect(notified("governance", NOW + DAY_MS + 1)).toBeDefined();
  });

  test("whose end EC2 does not give is reported", () => {
    expect(notified("governance")?.message).toMatch(/locked \(governance\) for some days to come$/);
  });

  describe("of a copy, if the vault locks copies for 7 days", () => {
    const policy = { ...SETTINGS, lock: { mode: "governance" as const, days: 7 } };
    const copy = copyOf(snapshot("snap-1"), "copy-1", { startTimeMs: NOW - HOUR_MS });
    const endMs = copy.startTimeMs + 8 * DAY_MS + HOUR_MS;

    test.each([
      ["not reported if it lasts no longer than the vault's own would", there, endMs, false],
      ["reported if it lasts longer", there, endMs + 1, true],
      ["reported if it is in the primary region", action, endMs, true],
    ])("is handled as EC2 shows it: %s", (_what, deletion, expiresMs, isNotified) => {
      const notice = lockNotice({ ...deletion, snapshot: copy }, { state: "governance", expiresMs }, policy, NOW);
      expect(notice !== undefined).toBe(isNotified);
    });
  });
});

test("reports sharing with everyone that the snapshot is shared with", () => {
  expect(sharedNotice(action, ["111111111111", "all"])).toStrictEqual({
    kind: "shared",
    subject: "snap-1",
    message:
      "snap-1 in us-east-1 is due for deletion (9 days old, kept for 7 days) but was not deleted: it is shared with 111111111111, all",
    hint: "To have it deleted, stop sharing it:\naws ec2 reset-snapshot-attribute --region us-east-1 --snapshot-id snap-1 --attribute createVolumePermission\nOtherwise the vault keeps it.",
    severity: "notice",
  });
});

describe("what AWS refused to delete", () => {
  const outcome = (more: Partial<Outcome>): Outcome => ({
    action,
    status: "skipped",
    detail: "InvalidSnapshot.InUse: no",
    snapshotIds: [],
    ...more,
  });
  const noticesOf = (outcomes: Outcome[]) => inUseNotices(outcomes, SETTINGS, NOW);

  test("is reported with the AMIs that use it", () => {
    expect(noticesOf([outcome({ heldBy: ["ami-1", "ami-2"] })])).toStrictEqual([
      {
        kind: "in-use",
        subject: "snap-1",
        message:
          "snap-1 in us-east-1 is due for deletion (9 days old, kept for 7 days) but was not deleted: it is in use by ami-1, ami-2",
        hint: "To have it deleted, deregister the image that uses it:\naws ec2 deregister-image --region us-east-1 --image-id ami-1\nThe vault deletes the snapshot after that. Otherwise the vault keeps it.",
        severity: "notice",
      },
    ]);
  });

  test("is reported in AWS's words if AWS names no AMI", () => {
    const [notice] = noticesOf([outcome({ heldBy: [] })]);
    expect(notice?.hint).not.toContain("deregister");
    expect(notice?.message).toMatch(/ but was not deleted: EC2 says: InvalidSnapshot.InUse: no$/);
  });

  test("does not include anything else that was skipped or done", () => {
    const others = [
      outcome({ detail: "InvalidSnapshot.NotFound: no" }),
      outcome({ status: "done" }),
      outcome({ action: copyAction("snap-2"), heldBy: [] }),
    ];
    expect(noticesOf(others)).toStrictEqual([]);
  });

  describe("of a copy, if the vault locks copies for 7 days", () => {
    const policy = { ...SETTINGS, lock: { mode: "governance" as const, days: 7 } };
    const copy = copyOf(snapshot("snap-1"), "copy-1", { startTimeMs: NOW - HOUR_MS });
    const refused = outcome({ action: { ...there, snapshot: copy }, detail: "it is locked", heldBy: [] });
    const notified = (nowMs: number, one = refused) => inUseNotices([one], policy, nowMs).length;

    test("is not reported while the vault's own lock explains it, which a read may show late", () => {
      expect(notified(NOW)).toBe(0);
      expect(notified(copy.startTimeMs + 8 * DAY_MS + HOUR_MS)).toBe(0);
    });

    test("is reported after the lock's time, in the primary region, and if an AMI is named", () => {
      expect(notified(copy.startTimeMs + 8 * DAY_MS + HOUR_MS + 1)).toBe(1);
      expect(notified(NOW, { ...refused, action: { ...action, snapshot: copy } })).toBe(1);
      expect(notified(NOW, { ...refused, heldBy: ["ami-1"] })).toBe(1);
    });
  });
});
