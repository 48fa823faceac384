/** What scripts rely on: exit codes and the JSON's version are the same in code, page and schema. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT_MEANINGS } from "../../../src/cli/exitCodes";
import { SCHEMA } from "../../../src/cli/print/answer";
import { settingsIn } from "../../../src/cli/reading/settings";
import { SETTINGS } from "../../support/world";

const read = (name: string) => readFileSync(join(__dirname, "..", "..", "..", "docs", name), "utf8");

interface Schema {
  description: string;
  definitions: { exitCode: { enum: number[] }; failure: { properties: { schema: { const: number } } } };
}

test("the page and the schema have the exit codes of the help", () => {
  const schema = JSON.parse(read("cli.schema.json")) as Schema;
  expect(read("CLI.md")).toContain(EXIT_MEANINGS.map(([code, meaning]) => `| ${code} | ${meaning} |`).join("\n"));
  expect(schema.description).toContain(EXIT_MEANINGS.map(([code, meaning]) => `${code} ${meaning}`).join("; "));
  expect(schema.definitions.exitCode.enum).toStrictEqual(EXIT_MEANINGS.map(([code]) => code));
  expect(schema.definitions.failure.properties.schema.const).toBe(SCHEMA);
});

test("the function's settings are taken as they are", () => {
  const payload: unknown = JSON.parse(JSON.stringify({ kind: "settings", schema: 1, settings: SETTINGS }));
  expect(settingsIn({ payload }, "us-east-1").settings).toMatchObject({ vaultId: SETTINGS.vaultId });
});

test.each([
  [{ payload: { errorType: "BadEvent" }, error: "Unhandled" }, /does not report its settings; run `pulumi up`/],
  [{ payload: { errorType: "Runtime.OutOfMemory" }, error: "Unhandled" }, /failed when it was asked/],
  [{ payload: null }, /does not understand/],
  [{ payload: { settings: { ...SETTINGS, dr: [{ region: 1 }] } } }, /does not understand/],
])("an answer without settings says why: %#", (answer, why) => {
  expect(settingsIn(answer, "us-east-1").why).toMatch(why);
});
