/** Tests that the log's filter counts what Node itself writes when its heap is full. */
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { OUT_OF_MEMORY_TEXTS } from "../../src/stack/monitoring/outOfMemory";

const FILLS_ITS_HEAP = "const all = []; for (;;) all.push(new Array(1000).fill(all.length + 0.5));";

test("counts one line of what Node writes when it aborts at the limit of its heap", () => {
  const limited = ["--max-old-space-size=16", "-e", FILLS_ITS_HEAP];
  const { signal, stderr } = spawnSync(process.execPath, limited, { cwd: tmpdir(), encoding: "utf8" });
  expect(signal).toBe("SIGABRT");
  const counted = stderr.split("\n").filter((line) => OUT_OF_MEMORY_TEXTS.some((text) => line.includes(text)));
  expect(counted).toStrictEqual([expect.stringContaining("JavaScript heap out of memory")]);
});
