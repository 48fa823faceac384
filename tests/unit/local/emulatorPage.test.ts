/** docs/EMULATOR.md names a test for each refusal: each named one exists. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");
const page = readFileSync(join(ROOT, "docs", "EMULATOR.md"), "utf8");

/** The last cells of the table of refusals; each names a file, or goes on with the one before. */
const cells = page
  .split("\n")
  .filter((line) => line.startsWith("|") && line.split("|").length === 7)
  .slice(2)
  .map((line) => line.split("|")[5]!.trim());

const named: [string, string][] = [];
let file = "";
for (const part of cells.flatMap((cell) => cell.split(/[,;] /))) {
  const [, name, title = ""] = /^(?:(\w+): )?(.*)$/.exec(part)!;
  file = name ?? file;
  named.push([file, title]);
}

test("the page has a row for each refusal", () => {
  expect(named.length).toBeGreaterThan(30);
});

test.each(named)("%s.test.ts has a test that begins with: %s", (name, title) => {
  const text = readFileSync(join(ROOT, "tests", "local", "emulator", `${name}.test.ts`), "utf8");
  // A row of a table of tests is named without the verb that they share.
  const row = title.replace(/^refuses? /, "");
  const starts = [`it("${title}`, `["${title}`, `["${row}`];
  expect(starts.some((start) => text.replace(/\[\s+"/g, '["').includes(start))).toBe(true);
});
