/** The command `vault`: reads the arguments, runs one command, prints its answer, and exits with its code. */
import type { CommanderError } from "commander";
import { type Context, type GlobalOptions, regionOf } from "./context";
import { EXIT } from "./exitCodes";
import { type Look, lookOf } from "./print/look";
import type { Printed } from "./print/answer";
import { makeProgram, type Run } from "./program";

const argv = process.argv.slice(2);

/** Writes an answer. The process ends by itself once all is written, since a pipe takes its time. */
function end(exitCode: number, { before, out, after }: Printed): void {
  process.exitCode = exitCode;
  process.stderr.write(before);
  process.stdout.write(out);
  process.stderr.write(after);
}

function onInterrupt(): void {
  process.stderr.write("\ninterrupted: nothing was changed by this command\n");
  process.exit(EXIT.interrupted);
}

function contextOf(command: string, options: GlobalOptions): Context {
  return {
    region: regionOf(options, process.env),
    ...(options.vault !== undefined && { vaultId: options.vault }),
    nowMs: Date.now(),
    progress: (message) => {
      if (options.json !== true) process.stderr.write(`vault ${command}: ${message}\n`);
    },
  };
}

/** Runs a command to its end. Never throws: a failure is printed. */
async function start(command: string, options: GlobalOptions, load: () => Promise<Run>): Promise<void> {
  const [out, err] = [process.stdout, process.stderr].map((stream) => lookOf(stream, process.env, options.color));
  const { answerJson, answerText, failurePrinted } = await import("./print/answer");
  try {
    const context = contextOf(command, options);
    const answer = await (await load())(context);
    const isJson = options.json === true;
    end(answer.exitCode, isJson ? answerJson(command, context, answer) : answerText(answer, out as Look, err as Look));
  } catch (error) {
    const { failureOf } = await import("./failure");
    const failure = failureOf(error);
    end(failure.exitCode, failurePrinted(command, failure, options.json === true));
  }
}

/** Ends where the arguments are wrong, or asked for help: commander has said so already, unless JSON was asked for. */
function refuse({ exitCode, code, message }: CommanderError): never {
  if (exitCode === 0) process.exit(EXIT.done);
  if (argv.includes("--json")) {
    const error = { code, message: message.replace(/^error: /, ""), hint: "vault --help" };
    process.stdout.write(
      `${JSON.stringify({ schema: 1, command: "vault", exitCode: EXIT.usage, error }, undefined, 2)}\n`,
    );
  }
  process.exit(EXIT.usage);
}

process.once("SIGINT", onInterrupt);
process.once("SIGTERM", onInterrupt);
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", () => process.exit(EXIT.done));
const program = makeProgram(start, refuse);
if (argv.length === 0) {
  program.outputHelp();
  process.exitCode = EXIT.usage;
} else void program.parseAsync(argv, { from: "user" });
