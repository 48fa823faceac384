/** Tests that a program of TypeScript runs without a build, from the cache too. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TYPESCRIPT } from "../../support/typescript";

const PROGRAM = `interface Longer {
  than: "the JavaScript";
}

const fail = (one: Longer): never => {
  throw new TypeError(one.than);
};
fail({ than: "the JavaScript" });
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smart-vault-transpile-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a text as a program and returns what it writes to standard error. */
function errorOf(text: string): string {
  const file = join(folder, "program.ts");
  writeFileSync(file, text);
  return spawnSync(process.execPath, [...TYPESCRIPT, file], { encoding: "utf8" }).stderr;
}

test("an error's stack has the lines of the TypeScript, the second time too", () => {
  // A text of its own is in no cache.
  const text = `${PROGRAM}// ${folder}\n`;
  for (const stderr of [errorOf(text), errorOf(text)]) {
    expect(stderr).toContain("TypeError: the JavaScript");
    expect(stderr).toContain(`at fail (${join(folder, "program.ts")}:6:9)`);
    expect(stderr).toContain(`at Object.<anonymous> (${join(folder, "program.ts")}:8:1)`);
  }
});

test("a changed file is compiled again", () => {
  expect(errorOf("throw new Error('first' as string);")).toContain("Error: first");
  expect(errorOf("throw new Error('second' as string);")).toContain("Error: second");
});
