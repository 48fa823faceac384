import ts from "typescript";
import { LIFE_MUTANTS } from "../../lives/mutantList";
import { MUTANTS } from "./mutantList";
import { mutated } from "./mutate";

/** Returns what a compiler says of the text alone, without its types. */
function syntaxErrors(text: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

test.each([...MUTANTS, ...LIFE_MUTANTS])("fits the sources as they are: $name", (mutant) => {
  expect(syntaxErrors(mutated(mutant))).toEqual([]);
});

test("refuses by name a mutant that no longer fits", () => {
  const stale = { ...MUTANTS[0]!, name: "a stale one", original: "no such line" };
  expect(() => mutated(stale)).toThrow(/^a stale one: expected once in .*, got 0 times: no such/);
});
