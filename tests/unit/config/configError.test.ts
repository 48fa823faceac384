import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type ConfigError, configError, errorLine, refuse, unknownKey } from "../../../src/config/configError";

test.each<[string, ConfigError, string]>([
  ["a wrong value", configError("lock.days", "at most 7", "30"), "lock.days: expected at most 7, got 30"],
  [
    "a reason",
    configError("trail", "audit to be true too", "false", "its files go into the audit bucket"),
    "trail: expected audit to be true too, got false: its files go into the audit bucket",
  ],
  [
    "several keys that do not fit together",
    configError(["a", "b"], "one of them or both", "none"),
    "a, b: expected one of them or both, got none",
  ],
  ["an unknown key", unknownKey("keeep", "keep"), "keeep: unknown key, expected keep"],
])("puts %s into one line", (_what, error, line) => {
  expect(errorLine(error)).toBe(line);
});

test("keeps the parts of a mistake apart, for readers other than a person", () => {
  expect(configError("lock.days", "at most 7", "30", "a lock outlasts the copy")).toStrictEqual({
    keys: ["lock.days"],
    expected: "at most 7",
    got: "30",
    why: "a lock outlasts the copy",
  });
});

test("refuses a configuration with all its mistakes, a line for each, and accepts one without", () => {
  expect(() => {
    refuse("stack dev", [unknownKey("keeep", "keep"), configError("dryRun", "true or false", '"no"')]);
  }).toThrow(
    new Error(
      'the configuration of stack dev has mistakes:\n  keeep: unknown key, expected keep\n  dryRun: expected true or false, got "no"',
    ),
  );
  expect(() => {
    refuse("stack dev", []);
  }).not.toThrow();
});

const ROOT = join(__dirname, "..", "..", "..");
const SOURCES = ["src/config", "bootstrap"].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { encoding: "utf8", recursive: true })
    .filter((file) => file.endsWith(".ts") && !file.includes("node_modules") && file !== "configError.ts")
    .map((file) => `${folder}/${file}`),
);

test.each(SOURCES)("leaves the words of a mistake to configError.ts: %s", (file) => {
  const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
  const own = /: (unknown key, )?expected |rrors\(.*\): string\[\]/;
  expect(lines.filter((line) => own.test(line))).toStrictEqual([]);
});
