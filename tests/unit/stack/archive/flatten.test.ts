/** Tests that a flattened function does what the serializer's does. Method: both run, on the same calls. */
import { runInNewContext } from "node:vm";
import { flatten } from "../../../../src/stack/archive/flatten";
import { codeIn, partsOf } from "../../../../src/stack/archive/serialized";
import { closureOf, framedFunction } from "../../../support/serializedText";

const VALUES = [
  "var __words_1 = {};",
  "__words_1.both = __both;",
  '__words_1.SEPARATOR = ", }";',
  'var __PATTERN = new RegExp("[\\"\'`]+", "g");',
];

const BOTH = framedFunction(
  "__both",
  'words_1: __words_1, QUOTES: "\\"`${\'", both: __both',
  "function /*both*/(a, b = QUOTES) {\n    return b === 0 ? a : [a, b, both(a, 0)].join(words_1.SEPARATOR);\n}",
);

/** Runs a closure as the serializer wrote it, and flattened. */
async function results(captures: string, code: string): Promise<unknown[]> {
  const text = closureOf([BOTH, framedFunction("__f0", captures, code)], VALUES);
  const { functions } = codeIn(partsOf(text));
  const flat = ['"use strict";', ...(await Promise.all(functions.map(flatten))), ...VALUES].join("\n");
  const run = (script: string) => JSON.stringify({ result: runInNewContext(script, { exports: {} }) as unknown });
  return [run(text), run(`${flat}\nexports.handler = __f0();`)];
}

test.each([
  ["a captured function", "both: __both", '() => both("x")'],
  ["a captured object", "words_1: __words_1", '() => (0, words_1.both)("x", "y")'],
  ["a captured expression", "PATTERN: __PATTERN", '() => "a\\"b`c".replace(PATTERN, "/")'],
  ["a regular expression with braces and quotes", "A: 1", "() => [/[\"'`,}]{2}\\/(?=\\))/.source, A]"],
  ["a template literal with code", "A: 1", "() => `${A}, \\`${`${A + 1}`}\\` }`"],
  ["a text that looks like the frame", "A: 1", '() => "\\n    }\\n  }).apply(undefined)" + A'],
  ["a short property", "A: 1, both: __both", "() => Object.keys({ A, both })"],
  ["a local of the same name", "A: 1", "() => { const f = (A) => A + 1; { let A = 5; return [f(1), A]; } }"],
  ["a number's member", "A: 1.5", "() => A.toFixed(2)"],
  ["a text beyond ASCII", 'A: "é\u2028\\ud83d\\ude00"', "() => A + `é`"],
  ["undefined, null and booleans", "A: undefined, B: null, C: false", "() => [A ?? 1, B ?? 2, C || 3, typeof A]"],
  ["a default parameter", "A: 2", "function /*f*/(a = A) {\n    return a;\n}"],
  ["a captured name that is also a member", "A: 1", "() => ({ A: 2 }).A + A"],
])("keeps %s", async (_what, captures, code) => {
  const [serialized, flat] = await results(captures, code);
  expect(flat).toBe(serialized);
  expect(flat).not.toBe("{}");
});

test.each([
  ["function /*plan*/(a) {\n}", "plan"],
  ["async function /*plan*/(a) {\n}", "plan"],
  ["async function* /*plan*/(a) {\n}", "plan"],
  ["(a) => plan", "__plan"],
])("gives %j the name that its source has, or its variable's", async (code, name) => {
  const captures = "plan: __plan";
  const [one] = codeIn(
    partsOf(closureOf([framedFunction("__plan", captures, code)]).replace("__f0()", "__plan()")),
  ).functions;
  expect(runInNewContext(`${await flatten(one!)}\n__plan.name`)).toBe(name);
});
