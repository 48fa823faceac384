import { dryRunNotice } from "../../../src/vault/report/dryRunNotice";
import { plannedOutcomes } from "../../../src/vault/apply/dryRun";
import type { Action, Outcome } from "../../../src/vault/model/actions";
import { copyAction, deleteAction, lockAction, snapshotAction } from "../../support/actions";
import { RUN, SLOT, SWEEP, volume } from "../../support/world";

const many: Action[] = [
  snapshotAction(),
  snapshotAction({ instanceId: "i-2", volumes: [volume("vol-3")] }),
  copyAction("snap-1"),
  copyAction("snap-2"),
  lockAction("copy-3"),
  lockAction("copy-4"),
  deleteAction("snap-5"),
  deleteAction("snap-6"),
];

test("reports every action as planned and makes nothing", () => {
  expect(plannedOutcomes(many)).toStrictEqual(
    many.map((action) => ({
      action,
      status: "planned",
      detail: "not done: dryRun is on",
      snapshotIds: [],
    })),
  );
});

test("says in a run's notice what would have been done and names what would have been deleted", () => {
  expect(dryRunNotice(RUN, plannedOutcomes(many))).toStrictEqual({
    kind: "dry-run",
    subject: SLOT,
    message:
      "nothing was written to EC2, because this was a dry run. It would have made 3 snapshots of 2 instances, 2 copies of what is there by now, 2 locks, 2 deletions. To be deleted: snap-5: old; snap-6: old",
    hint: "The log names every action, with status planned. To let the vault do it:\nnpx pulumi config set dryRun false && npx pulumi up",
    severity: "notice",
  });
});

test.each<[string, Action[], string]>([
  [
    "one action of each kind",
    [snapshotAction({ volumes: [volume("vol-1")] }), copyAction("s"), lockAction("l"), deleteAction("d")],
    "1 snapshot of 1 instance, 1 copy of what is there by now, 1 lock, 1 deletion. To be deleted: d: old",
  ],
  ["no action", [], "0 snapshots of 0 instances, 0 copies of what is there by now, 0 locks, 0 deletions"],
])("words the notice of %s", (_what, actions, words) => {
  expect(dryRunNotice(RUN, plannedOutcomes(actions))?.message).toBe(
    `nothing was written to EC2, because this was a dry run. It would have made ${words}`,
  );
});

test("names twenty of many deletions and counts the rest", () => {
  const deletions = Array.from({ length: 23 }, (_, n) => deleteAction(`snap-${n}`));
  const { message = "" } = dryRunNotice(RUN, plannedOutcomes(deletions)) ?? {};
  expect(message).toContain("23 deletions. ");
  expect(message).toMatch(/snap-19: old; and 3 more$/);
  expect(message).not.toContain("snap-20");
});

test("counts only what was planned", () => {
  const done: Outcome = {
    action: copyAction("s"),
    status: "deferred",
    detail: "",
    snapshotIds: [],
  };
  expect(dryRunNotice(RUN, [done])?.message).toContain(" 0 copies ");
});

test("identifies a run without a slot by its own id", () => {
  expect(dryRunNotice({ kind: "run", runId: "by-hand" }, [])?.subject).toBe("by-hand");
});

test.each(["follow-up", "sweep"] as const)("mails nothing about a dry run after a %s", (kind) => {
  expect(dryRunNotice({ ...SWEEP, kind }, plannedOutcomes(many))).toBeUndefined();
});
