/**
 * Runs each measurement in its own process, because its memory must be its own, and Pulumi's program can be loaded only
 * once.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { TYPESCRIPT } from "../support/typescript";

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** Runs a bench file as a program; it prints its figure as JSON on standard output. */
export async function inChild<T>(file: string, ...args: string[]): Promise<T> {
  const command = [...TYPESCRIPT, file, ...args];
  const { stdout } = await run(process.execPath, command, { maxBuffer: MAX_OUTPUT_BYTES });
  return JSON.parse(stdout) as T;
}

/** Ends a bench file: prints the figure if the file is run as a program. */
export function printFigure(isProgram: boolean, measure: (args: string[]) => unknown): void {
  if (!isProgram) return;
  void Promise.resolve(measure(process.argv.slice(2))).then((figure) => {
    process.stdout.write(JSON.stringify(figure));
  });
}
