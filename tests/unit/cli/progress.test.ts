/** What a person, a log and a program see of long work. */
import { makeProgress, type Step } from "../../../src/cli/print/progress";

function watched(isTerminal: boolean, isJson = false) {
  const written: string[] = [];
  const records: Step[] = [];
  let nowMs = 0;
  const progress = makeProgress("run", {
    isTerminal,
    isJson,
    width: 40,
    write: (text) => written.push(text),
    record: (step) => records.push(step),
    nowMs: () => nowMs,
  });
  const say = (message: string, atMs: number) => {
    nowMs = atMs;
    progress.say({ message });
  };
  return { say, written, records, stop: progress.stop };
}

test("off a terminal a line is written where something changed, and every 30 seconds", () => {
  const { say, written } = watched(false);
  say("a", 0);
  say("a", 29_000);
  say("b", 29_500);
  say("b", 59_000);
  say("b", 59_500);
  expect(written).toStrictEqual(["vault run: a\n", "vault run: b\n", "vault run: b\n"]);
});

test("on a terminal one line is rewritten, cut to its width, and erased at the end", () => {
  const { say, written, stop } = watched(true);
  say("a", 0);
  say("x".repeat(100), 2_000);
  stop();
  expect(written[0]).toBe("\r\u001b[2Kvault run: a");
  expect(written[1]?.replace("\r\u001b[2K", "")).toHaveLength(39);
  expect(written.at(-1)).toBe("\r\u001b[2K");
});

test("with --json nothing is written but data, also on a terminal", () => {
  const { say, written, records, stop } = watched(true, true);
  say("a", 0);
  say("a", 1_000);
  stop();
  expect([written, records]).toStrictEqual([[], [{ message: "a" }]]);
});
