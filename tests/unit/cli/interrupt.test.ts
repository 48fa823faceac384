/** Ctrl-C while a command cleans up: the second one ends it at once. */
import { type Interrupted, watchInterrupts } from "../../../src/cli/interrupt";

const exit = jest.fn();
afterEach(() => {
  process.removeAllListeners("SIGINT");
  process.removeAllListeners("SIGTERM");
  delete process.env.SMART_VAULT_STARTED;
  exit.mockClear();
});
const signal = () => process.emit("SIGINT", "SIGINT");
const soon = () => new Promise((resolve) => setImmediate(resolve));

test("the first one lets the command finish what it must, and then ends it", async () => {
  const ended: Interrupted[] = [];
  const { onInterrupt } = watchInterrupts((one) => ended.push(one), exit);
  let finish: (one: Interrupted) => void = () => undefined;
  onInterrupt(() => new Promise((resolve) => (finish = resolve)));
  signal();
  await soon();
  expect(ended).toStrictEqual([]);
  finish({ message: "undone" });
  await soon();
  expect(ended).toStrictEqual([{ message: "undone" }]);
  expect(exit).not.toHaveBeenCalled();
});

test("the second one ends it at once", () => {
  const { onInterrupt } = watchInterrupts(() => undefined, exit);
  onInterrupt(() => new Promise(() => undefined));
  signal();
  expect(exit).not.toHaveBeenCalled();
  signal();
  expect(exit).toHaveBeenCalledWith(130);
});

test("one Ctrl-C that comes twice, from the terminal and from the Node that started this one, counts once", () => {
  process.env.SMART_VAULT_STARTED = "1";
  const { onInterrupt } = watchInterrupts(() => undefined, exit);
  onInterrupt(() => new Promise(() => undefined));
  signal();
  signal();
  expect(exit).not.toHaveBeenCalled();
});
