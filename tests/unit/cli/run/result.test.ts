/** How a run is judged: by what is there, and by what the function said. */
import { isOverAfter } from "../../../../src/cli/run/following";
import { runAnswerOf } from "../../../../src/cli/run/answer";
import { type Ended, resultOf } from "../../../../src/cli/run/result";
import { isBusy, slotStateOf, waitingFor } from "../../../../src/cli/run/slotState";
import { copyOf, DR, SETTINGS, snapshot } from "../../../support/world";

const PRIMARY = SETTINGS.primaryRegion;
const here = snapshot("snap-1");
const completed = { region: PRIMARY, snapshots: [here] };
const pending = { region: PRIMARY, snapshots: [snapshot("snap-1", { state: "pending" })] };
const failed = { region: PRIMARY, snapshots: [snapshot("snap-1", { state: "error" })] };
const verified = { region: DR.region, snapshots: [copyOf(here, "snap-c")] };
const copying = { region: DR.region, snapshots: [copyOf(here, "snap-c", { state: "pending" })] };
const wrongKey = { region: DR.region, snapshots: [copyOf(here, "snap-c", { kmsKeyId: "another" })] };

test.each([
  ["nothing yet", [], false, false, "waiting for the first snapshot"],
  [
    "a pending snapshot",
    [pending],
    false,
    true,
    "0 of 1 snapshot completed, 1 pending; 0 of 1 copy verified in us-west-2",
  ],
  ["no copy yet", [completed], false, false, "1 of 1 snapshot completed; 0 of 1 copy verified in us-west-2"],
  ["a pending copy", [completed, copying], false, true, /0 of 1 copy verified in us-west-2, 1 pending$/],
  ["a copy under another key", [completed, wrongKey], false, false, /0 of 1 copy verified in us-west-2, 1 not usable$/],
  ["a failed snapshot", [failed], false, false, /^0 of 1 snapshot completed/],
  ["a verified copy", [completed, verified], true, false, /1 of 1 copy verified/],
])("with %s a slot is complete or not, and says what is waited for", (_what, reads, isComplete, busy, words) => {
  const state = slotStateOf(reads, SETTINGS);
  expect([state.isComplete, isBusy(state)]).toStrictEqual([isComplete, busy]);
  expect(waitingFor(state)).toMatch(words);
});

const counts = { snapshots: 1, failed: 0 };
const problem = { kind: "tampering", message: "tags changed", severity: "failure" };
const CLEAN = { payload: { status: "clean", counts, problems: [] } };
const UNWELL = { payload: { status: "partial", counts, problems: [problem] } };
const PART = { payload: { status: "partial", counts: { snapshots: 1, failed: 1 }, problems: [problem] } };
const FAILED = { payload: { status: "failed", counts: { snapshots: 0, failed: 2 }, problems: [problem] } };
const THREW = { payload: { errorType: "BackupFailed", errorMessage: "v: partial: x" }, error: "Unhandled" };
const CRASHED = { payload: { errorType: "BadEvent", errorMessage: "event.slot" }, error: "Unhandled" };
const NONE = { payload: { status: "clean", counts: {}, problems: [] } };

test.each<[string, Ended, object[], object, number, RegExp]>([
  ["all verified", "complete", [completed, verified], CLEAN, 0, /^DONE: 1 snapshot of 1 instance completed, each/],
  ["all verified, and a problem", "complete", [completed, verified], UNWELL, 6, /^DONE: .*reports problems/],
  ["all verified, and the function threw", "complete", [completed, verified], THREW, 6, /^DONE: /],
  ["one call that failed", "complete", [completed, verified], PART, 3, /^PARTLY: /],
  ["a crash before anything", "answered", [], CRASHED, 1, /^FAILED: /],
  ["nothing made, since calls failed", "answered", [], FAILED, 1, /^FAILED: /],
  ["nothing to make", "answered", [], NONE, 0, /^NOTHING: /],
  ["--no-wait", "answered", [pending], CLEAN, 0, /^ASKED: .*1 pending/],
  ["time over", "timeout", [completed, copying], CLEAN, 3, /^PARTLY: .*the vault goes on/],
  ["time over before a snapshot was completed", "timeout", [pending], CLEAN, 1, /^FAILED: /],
  ["nothing moves", "stalled", [completed, wrongKey], CLEAN, 3, /^PARTLY: .*hourly sweep/],
])("%s ends a run with its code and word", (_what, ended, reads, answer, exitCode, words) => {
  const state = slotStateOf(reads as (typeof completed)[], SETTINGS);
  const result = resultOf(ended, state, runAnswerOf(answer as { payload: unknown }));
  expect(result.exitCode).toBe(exitCode);
  expect(result.answer).toMatch(words);
});

test("a run that made nothing is over with its answer, unless the function comes back or the answer is lost", () => {
  const none = slotStateOf([], SETTINGS);
  const isOver = (answer: object, settings = SETTINGS) =>
    isOverAfter(runAnswerOf(answer as { payload: unknown }), settings)(none);
  expect(isOver(NONE)).toBe(true);
  expect(isOver(CRASHED)).toBe(true);
  expect(isOver({ payload: { status: "clean", nextFollowUp: "2026-11-22T03:05:00Z" } })).toBe(false);
  expect(isOverAfter({ problems: [] }, SETTINGS)(none)).toBe(false);
  expect(isOver({ payload: { status: "clean", nextFollowUp: "x" } }, { ...SETTINGS, dryRun: true })).toBe(true);
});
