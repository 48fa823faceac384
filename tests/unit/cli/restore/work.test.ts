/** What Ctrl-C says of a restore, and of its undo. Method: the loops on the model of EC2, which a person interrupts. */
import type { Interrupted, Stop } from "../../../../src/cli/interrupt";
import { carryOut, loop } from "../../../../src/cli/restore/work";
import type { Found } from "../../../../src/restore/found";
import { nextOfUndo } from "../../../../src/restore/next/undo";
import { type World, advance } from "../../../support/restore/account";
import { clientOf } from "../../../support/restore/ec2";
import { restore } from "../../../support/restore/runs";
import { RESTORE_ID, emptyRegion, volumesOrder } from "../../../support/restore/shapes";

const RESUME = `vault restore --resume ${RESTORE_ID} --region us-west-2`;
const UNDO = `vault restore --undo ${RESTORE_ID} --region us-west-2`;

/** Interrupts a loop once it says a line, and returns what a person reads. The model's time passes with each line. */
function interruptedAt(line: RegExp, world: World, run: (work: Parameters<typeof loop>[1]) => Promise<unknown>) {
  return new Promise<Interrupted>((resolve, reject) => {
    let stop: Stop | undefined;
    const context = {
      region: "us-west-2",
      nowMs: 0,
      progress: (said: string) => {
        advance(world, 10_000);
        if (!line.test(said) || stop === undefined) return;
        Promise.resolve(stop()).then(resolve, reject);
        stop = undefined;
      },
      plan: () => undefined,
      pause: () => undefined,
      onInterrupt: (next: Stop) => {
        stop = next;
      },
    };
    const work = { client: clientOf(world).client, restoreId: RESTORE_ID, context, patienceMs: 60_000 };
    run(work).catch(reject);
  });
}

const undone = (work: Parameters<typeof loop>[1]) => {
  const look = { restoreId: RESTORE_ID, isLaunch: false, readsProtection: false, skips: [] };
  const next = (found: Found) => nextOfUndo(found, { mode: "volumes", restarts: false });
  return loop({ look, next, perform: () => Promise.resolve(), isUndo: true }, work);
};

it("names what a restore made, and both commands", async () => {
  const world = emptyRegion();
  const { message, hint } = await interruptedAt(/for \/dev\/sdf/, world, (work) => carryOut(volumesOrder(), [], work));
  expect(message).toMatch(/^interrupted; made so far: volume vol-\d+ \(\/dev\/xvda, \w+\)/);
  expect(hint).toBe(`To go on: ${RESUME}\n  To take it back: ${UNDO}`);
});

it("says of a restore that made nothing that nothing has to be undone", async () => {
  const world = emptyRegion();
  const denied = (work: Parameters<typeof loop>[1]) =>
    carryOut(volumesOrder(), [], { ...work, client: clientOf(world, { 0: "unanswered" }).client });
  const { message, hint } = await interruptedAt(/for \/dev\/xvda/, world, denied);
  expect([message, hint]).toStrictEqual(["interrupted; nothing was made", "Nothing has to be undone."]);
});

it("names what is left of a restore that is taken back, and the undo alone", async () => {
  const world = emptyRegion();
  await restore(world, volumesOrder());
  const { message, hint } = await interruptedAt(/^delete/, world, undone);
  expect(message).toMatch(/^interrupted; still there: volume vol-\d+ \(/);
  expect(hint).toBe(`To go on: ${UNDO}`);
});
