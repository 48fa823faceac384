/** `node -r ts-node/register/transpile-only <this> <stack>` writes the archive's `__index.js`: no Jest, as in `pulumi up`. */
import { runProgram, theResource } from "../../src/local/program";
import { loadStackConfig } from "../../src/local/stackConfig";
import { readArchive } from "./stackArchive";
import { ROOT, make } from "./stackProgram";

async function main(stack: string): Promise<void> {
  const program = await runProgram(ROOT, loadStackConfig(ROOT, stack), make);
  const { inputs } = theResource(program, "aws:lambda/function:Function");
  process.stdout.write((await readArchive(inputs.code)).text);
}

void main(process.argv[2] ?? "");
