/**
 * Tests which room may import which (rooms.json): ESLint catches each kind of violation, and ARCHITECTURE shows the
 * same table.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Linter } from "eslint";
import ts from "typescript";
import tseslint from "typescript-eslint";
import { ROOMS, roomBlocks } from "../../scripts/roomRules";

const ROOT = join(__dirname, "..", "..");
const linter = new Linter({ configType: "flat" });
const parsed: Linter.Config = { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } };

/** Returns what the rules about rooms say of a file with this text. */
function said(filename: string, text: string): string[] {
  return linter.verify(text, [parsed, ...roomBlocks], { filename }).map(({ message }) => message);
}

test.each([
  ["src/vault/lib/x.ts", 'import { TAG } from "../model/tags";', "lib may import only nothing."],
  ["src/vault/plan/x.ts", 'import { mail } from "../report/mail";', "plan may import only changes, missing"],
  ["src/vault/plan/x.ts", 'import type { Told } from "../clock/slots";', "plan may import only changes, missing"],
  ["src/vault/report/audit/x.ts", 'import { slots } from "../../clock/slots";', "report may import only retention"],
  ["src/vault/plan/x.ts", 'import { reconcile } from "../reconcile";', "No room imports the entry points."],
  ["src/vault/plan/x.ts", 'import { EC2Client } from "@aws-sdk/client-ec2";', "Only aws/ speaks to AWS."],
  ["src/vault/clock/x.ts", 'import type { SNSClient } from "@aws-sdk/client-sns";', "Only aws/ speaks to AWS."],
  ["src/vault/invocation.ts", 'import { SNSClient } from "@aws-sdk/client-sns";', "Only aws/ speaks to AWS."],
  ["src/vault/aws/x.ts", 'import * as aws from "@pulumi/aws";', "The function's code imports nothing of the stack."],
  [
    "src/vault/plan/x.ts",
    'import { names } from "../../iam/names";',
    "The function's code imports nothing of the stack.",
  ],
  [
    "src/vault/plan/x.ts",
    'import { main } from "../../local/main";',
    "The function's code imports nothing of the stack.",
  ],
  ["src/vault/reconcile.ts", 'import { mail } from "./report/mail";', "reconcile.ts reports nothing"],
  ["src/vault/plan/x.ts", 'export * from "./plan";', "A barrel compiles to getters"],
  ["src/vault/plan/x.ts", "export class Plan {}", "Pulumi's serializer breaks classes."],
  ["src/vault/plan/x.ts", "export enum Kind { A }", "An enum compiles to a function"],
  ["src/vault/plan/x.ts", 'export const later = () => import("../report/mail");', "Import at the top"],
  ["src/vault/plan/x.ts", 'export const later = () => require("../report/mail");', "Import at the top"],
  [
    "src/vault/plan/x.ts",
    'export const p = { kind: "a", subject: "b", message: "c" };',
    "A problem is made by problem()",
  ],
  ["src/iam/x.ts", 'import { config } from "../config/config";', "iam may import only vault/model."],
  ["src/iam/x.ts", 'import { plan } from "../vault/plan/plan";', "iam may import only vault/model."],
  ["src/iam/x.ts", 'import * as aws from "@pulumi/aws";', "iam is data"],
  ["src/config/checks/x.ts", 'import { key } from "../../stack/keys/key";', "config may import only iam"],
  ["src/config/x.ts", 'import { plan } from "../vault/plan/plan";', "config may import only iam"],
  ["src/stack/keys/x.ts", 'import { mail } from "../../vault/report/mail";', "stack may import only config"],
  ["src/stack/x.ts", 'import { main } from "../local/main";', "stack may import only config"],
  ["src/stack/x.ts", 'import { list } from "../cli/commands/list";', "stack may import only config"],
  ["src/restore/x.ts", 'import { list } from "../cli/commands/list";', "restore may import only vault/inventory"],
  ["src/cli/commands/x.ts", 'import { apply } from "../../vault/apply/apply";', "cli may import only restore"],
  ["src/cli/x.ts", 'import { slots } from "../vault/clock/slots";', "cli may import only restore"],
  ["src/cli/x.ts", 'import { key } from "../stack/keys/key";', "cli may import only restore"],
  ["src/cli/x.ts", 'import { EC2Client } from "@aws-sdk/client-ec2";', "Of the command line only cli/reading/aws.ts"],
])("reports %s for %s", (file, text, message) => {
  expect(said(file, text)).toStrictEqual([expect.stringContaining(message)]);
});

test.each([
  ["src/vault/plan/x.ts", 'import { evaluate } from "../retention/evaluate";'],
  ["src/vault/report/audit/x.ts", 'import { putter } from "../../aws/s3";'],
  ["src/vault/aws/x.ts", 'import { EC2Client } from "@aws-sdk/client-ec2";'],
  ["src/vault/invocation.ts", 'import { mail } from "./report/mail";'],
  ["src/iam/x.ts", 'import type * as aws from "@pulumi/aws";'],
  ["src/cli/reading/aws.ts", 'import { EC2Client } from "@aws-sdk/client-ec2";'],
  ["src/cli/commands/x.ts", 'import { planVault } from "../../vault/plan/plan";'],
  ["src/stack/function.ts", 'import { createHandler } from "../vault/lambda";'],
])("allows %s to have %s", (file, text) => {
  expect(said(file, text)).toStrictEqual([]);
});

test("shows the table of rooms.json in ARCHITECTURE", () => {
  const text = readFileSync(join(ROOT, "docs", "ARCHITECTURE.md"), "utf8");
  const row = ([room, open]: [string, readonly string[]]) => `| ${room} | ${open.join(", ") || "–"} |`;
  for (const table of [ROOMS.vault, ROOMS.src]) {
    expect(text).toContain(Object.entries<readonly string[]>(table).map(row).join("\n"));
  }
});

/** Returns the files that a page names by their path. */
function filesIn(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...new Set([...text.matchAll(/`((?:[\w.-]+\/)+[\w-]+\.(?:ts|js|py))`/g)].map(([, path = ""]) => path))];
}

test.each(
  ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((page) =>
    page.endsWith(".md"),
  ),
)("names in %s only files that exist", (page) => {
  const places = ["", "src", "src/vault", "docs"];
  const isThere = (path: string) => places.some((place) => existsSync(join(ROOT, place, path)));
  expect(filesIn(page).filter((path) => !isThere(path))).toStrictEqual([]);
});

/** Folders of a wing, and files beside them, with those that each imports, types among them. */
function importsIn(wing: string): Map<string, Set<string>> {
  const folder = join(ROOT, wing);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  const roomOf = (path: string) => path.split("/")[0] ?? "";
  const imports = new Map<string, Set<string>>();
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(folder, file), "utf8"));
    const paths = importedFiles.map(({ fileName }) => join(file, "..", `${fileName}.ts`));
    const rooms = paths.filter((path) => files.includes(path)).map(roomOf);
    const own = roomOf(file);
    imports.set(own, new Set([...(imports.get(own) ?? []), ...rooms.filter((room) => room !== own)]));
  }
  return imports;
}

/** True if a room is among those that others import, directly or not. */
function isReached(room: string, from: ReadonlySet<string>, imports: ReturnType<typeof importsIn>): boolean {
  const seen = new Set(from);
  for (const one of seen) for (const next of imports.get(one) ?? []) seen.add(next);
  return seen.has(room);
}

test.each(["src/config", "src/iam", "src/local", "src/stack", "src/verify"])(
  "lets no folder or file of %s import itself through others",
  (wing) => {
    const imports = importsIn(wing);
    const circular = [...imports].filter(([room, open]) => isReached(room, open, imports)).map(([room]) => room);
    expect(imports.size).toBeGreaterThan(4);
    expect(circular).toStrictEqual([]);
  },
);
