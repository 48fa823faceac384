/** How a restore that failed ends: its exit code by what failed and by what is there, and what to type next. */
import { answerOf } from "../../../../src/cli/restore/result";
import { lookOf } from "../../../../src/cli/print/look";
import { restoreClient } from "../../../../src/restore/aws/client";
import type { Found } from "../../../../src/restore/found";
import type { Order } from "../../../../src/restore/order";
import { RESTORE_TAG } from "../../../../src/restore/restoreTags";
import { RESTORE_ID, SOURCE, launchOrder, replaceOrder, volumesOrder } from "../../../support/restore/shapes";
import { quietContext } from "../../../support/restore/quietContext";

const CONTEXT = quietContext("us-west-2", 0);
const NOTHING: Found = { images: [], groups: [], volumes: [], ended: [], endedBefore: 0, interfaces: [], tasks: [] };
const withVolume = (state: string): Found => ({
  ...NOTHING,
  volumes: [{ volumeId: "vol-1", state, attachments: [], tags: { [RESTORE_TAG.role]: "/dev/sdf" } }],
});

function failed(order: Order, code: string, found: Found | undefined) {
  const outcome = { state: "failed" as const, found, failed: { code, message: "no" } };
  // EC2 is asked only about what was made.
  return answerOf(restoreClient("us-west-2"), { order, source: SOURCE, outcome, startedMs: 0, notes: [] }, CONTEXT);
}

const CLASSES = [
  ["UnauthorizedOperation", 4],
  ["VolumeLimitExceeded", 1],
  ["InsufficientInstanceCapacity", 1],
  ["KmsKeyNotUsable", 1],
  ["TimedOut", 1],
  ["ECONNREFUSED", 1],
] as const;

describe.each(CLASSES)("after %s", (code, exitCode) => {
  it.each(["available", "in-use", "creating"])("volumes of which one is %s end 3", async (state) => {
    expect((await failed(volumesOrder(), code, withVolume(state))).exitCode).toBe(3);
  });

  it.each([
    ["nothing was made", volumesOrder(), NOTHING],
    ["EC2 could not be asked", volumesOrder(), undefined],
    ["its only volume failed", volumesOrder(), withVolume("error")],
    ["its only volume is going", volumesOrder(), withVolume("deleting")],
    ["it is a launch", launchOrder(), withVolume("available")],
    ["it is a replacement", replaceOrder(), withVolume("available")],
  ] as const)(`a restore ends ${exitCode} if %s`, async (_what, order, found) => {
    expect((await failed(order, code, found)).exitCode).toBe(exitCode);
  });
});

test("names what is there and both commands, or says that nothing was made", async () => {
  const some = await failed(volumesOrder(), "TimedOut", withVolume("creating"));
  expect(some.body(lookOf({}, {}, false))).toContain("what was made is there:\n  volume vol-1 (/dev/sdf, creating)");
  expect(some.next.map(([command]) => command)).toStrictEqual(
    ["resume", "undo"].map((what) => `vault restore --${what} ${RESTORE_ID} --region us-west-2`),
  );
  const none = await failed(volumesOrder(), "TimedOut", NOTHING);
  expect([none.body(lookOf({}, {}, false)), none.next]).toStrictEqual(["failed: no (TimedOut)\nnothing was made", []]);
});
