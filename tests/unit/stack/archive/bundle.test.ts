/** Tests the bundle of a package, and what is refused before anything is bundled. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { type Bundle, bundle, packageOf } from "../../../../src/stack/archive/bundle";

const CRON = new Map([["croner", new Set(["Cron"])]]);
let croner: Bundle;

beforeAll(async () => {
  croner = await bundle(CRON);
});

test("exports the members that are asked for, and no others", () => {
  const module = { exports: {} as Record<string, unknown> };
  runInNewContext(croner.text, { module, require });
  expect(Object.keys(module.exports)).toStrictEqual(["Cron"]);
});

test("records which packages have code in it", () => {
  expect(croner.packages).toStrictEqual([{ path: "node_modules/croner", imports: [] }]);
  expect(croner.direct).toStrictEqual(["node_modules/croner"]);
});

test("is the same twice", async () => {
  expect(await bundle(CRON)).toStrictEqual(croner);
});

test("refuses a member that the package does not have", async () => {
  await expect(bundle(new Map([["croner", new Set(["Other"])]]))).rejects.toThrow(/No matching export .* "Other"/);
});

test("refuses code of which the bundler warns", async () => {
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-bundle-"));
  const file = join(folder, "warns.js");
  writeFileSync(file, 'export const isNumber = (a) => typeof a === "nummer";\n');
  await expect(bundle(new Map([[file, new Set(["isNumber"])]]))).rejects.toThrow(/^archive: .*warns\.js: .*"nummer"/);
  rmSync(folder, { recursive: true });
});

test.each([
  ["croner", "croner"],
  ["@aws-sdk/client-sns", "@aws-sdk/client-sns"],
  ["@aws-sdk/client-sns/dist-cjs/index.js", "@aws-sdk/client-sns"],
])("knows %s as %s", (module, name) => {
  expect(packageOf(module)).toBe(name);
});

test("refuses a file of a package that is not its main one", () => {
  expect(() => packageOf("@aws-sdk/client-sns/dist-es/index.js")).toThrow(/pin @aws-sdk\/client-sns/);
});
