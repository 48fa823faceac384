/** Tests that texts that people read, in mails, logs and audit records, use the field's words: see CONTRIBUTING.md. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const VAULT = join(__dirname, "../../src/vault");

/** Words for which the field has others: reported, verified, replacement, deferred, started, again. */
const OURS = /\b(told|tells?|anew|reckons?|begun|sound|stand-?ins?|put off|woken|lets? go|brake|mend(s|ed)?)\b/;

const files = readdirSync(VAULT, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));

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
  const found = files.flatMap((path) => {
    const texts = textsOf(readFileSync(join(VAULT, path), "utf8"));
    return texts.filter((text) => OURS.test(text)).map((text) => `${path}: ${text}`);
  });
  expect(files.length).toBeGreaterThan(100);
  expect(found).toStrictEqual([]);
});

test.each(["`it is told`", "`${a} is told`", "`told ${a} to ${b}`", '"nobody was told"'])(
  "finds such a word in %s",
  (source) => {
    expect(textsOf(source).some((text) => OURS.test(text))).toBe(true);
  },
);
