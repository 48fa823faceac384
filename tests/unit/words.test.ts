/** Tests that texts that people read, in mails, logs and audit records, use the field's words: see CONTRIBUTING.md. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");

/** Words for which the field has others: reported, verified, replacement, deferred, started, again, permissions. */
const OURS =
  /\b(told|tells?|anew|reckons?|begun|sound|stand-?ins?|put off|woken|lets? go|brake|mend(s|ed)?|rights|stalest)\b/;

const ROOMS = ["src", "bootstrap", "deploy", "policy", "scripts"];
const files = ROOMS.flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" })
    .filter((path) => !path.includes("node_modules"))
    .map((path) => join(room, path)),
);
const sources = files.filter((path) => /\.[jt]s$/.test(path));
const projects = ["Pulumi.yaml", ...files.filter((path) => path.endsWith(".yaml"))];

/** The string literals of a source file, and the pieces of its templates. */
function textsOf(source: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      texts.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("one.ts", source, ts.ScriptTarget.Latest, true));
  return texts;
}

test("uses in no text of the vault a word that only its authors would use", () => {
  const found = sources.flatMap((path) => {
    const texts = textsOf(readFileSync(join(ROOT, path), "utf8"));
    return texts.filter((text) => OURS.test(text)).map((text) => `${path}: ${text}`);
  });
  expect(sources.length).toBeGreaterThan(250);
  expect(found).toStrictEqual([]);
});

test("finds none of them in the descriptions of Pulumi's project files", () => {
  const lines = projects.flatMap((path) => readFileSync(join(ROOT, path), "utf8").split("\n"));
  expect(projects.length).toBeGreaterThan(3);
  expect(lines.filter((line) => OURS.test(line))).toStrictEqual([]);
});

test.each(["`it is told`", "`${a} is told`", "`told ${a} to ${b}`", '"nobody was told"'])(
  "finds such a word in %s",
  (source) => {
    expect(textsOf(source).some((text) => OURS.test(text))).toBe(true);
  },
);
