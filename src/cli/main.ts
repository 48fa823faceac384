/** The command `vault`: reads the arguments, runs one command, prints its answer, and exits with its code. */
import type { CommanderError } from "commander";
import { type Context, type GlobalOptions, regionOf } from "./context";
import { EXIT, type ExitCode } from "./exitCodes";
import { type Interrupted, watchInterrupts } from "./interrupt";
import { answerJson, answerText, failurePrinted, isLong, type Printed, stepJson } from "./print/answer";
import { lookOf } from "./print/look";
import { makeProgress, type Progress } from "./print/progress";
import { makeProgram } from "./program";
import type { Run } from "./program/verb";

const argv = process.argv.slice(2);

/** Writes an answer. The process ends by itself once all is written, since a pipe takes its time. */
function end(exitCode: number, { before, out, after }: Printed): void {
  process.exitCode = exitCode;
  process.stderr.write(before);
  process.stdout.write(out);
  process.stderr.write(after);
}

/** Makes what says how far a command is. */
function progressOf(command: string, { json }: GlobalOptions): Progress {
  const { isTerminal, width } = lookOf(process.stderr, process.env, false);
  return makeProgress(command, {
    isTerminal,
    width,
    isJson: json === true,
    nowMs: Date.now,
    write: (text) => process.stderr.write(text),
    ...(isLong(command) && { record: (step) => process.stdout.write(stepJson(command, step, Date.now())) }),
  });
}

/** Ends an interrupted command: what it still waits for is given up. */
function endInterrupted(command: string, options: GlobalOptions, progress: Progress) {
  return ({ message, hint }: Interrupted) => {
    progress.stop();
    const exitCode: ExitCode = EXIT.interrupted;
    const failure = { code: "Interrupted", message, exitCode, ...(hint !== undefined && { hint }) };
    const { out, after } = failurePrinted(command, failure, options.json === true);
    process.stdout.write(out, () => process.stderr.write(after, () => process.exit(exitCode)));
  };
}

/** Runs a command to its end. Never throws: a failure is printed. */
async function start(command: string, options: GlobalOptions, load: () => Promise<Run>): Promise<void> {
  const isJson = options.json === true;
  const progress = progressOf(command, options);
  const { onInterrupt } = watchInterrupts(endInterrupted(command, options, progress));
  try {
    const context: Context = {
      region: regionOf(options, process.env),
      ...(options.vault !== undefined && { vaultId: options.vault }),
      nowMs: Date.now(),
      progress: (message, data) => {
        progress.say({ message, ...(data && { data }) });
      },
      plan: (message, data) => {
        if (isJson) progress.say({ message, messageType: "plan", ...(data && { data }) });
      },
      pause: progress.stop,
      onInterrupt,
    };
    context.progress(`reading ${context.region}`);
    const answer = await (await load())(context);
    progress.stop();
    const [out, err] = [process.stdout, process.stderr].map((one) => lookOf(one, process.env, options.color)) as [
      ReturnType<typeof lookOf>,
      ReturnType<typeof lookOf>,
    ];
    const at = { ...context, ...(isLong(command) && { nowMs: Date.now() }) };
    end(answer.exitCode, isJson ? answerJson(command, at, answer) : answerText(answer, out, err));
  } catch (error) {
    progress.stop();
    const { failureOf } = await import("./failure");
    const failure = failureOf(error);
    end(failure.exitCode, failurePrinted(command, failure, isJson));
  }
}

/** Returns the command that was typed: a known one, else the first word. */
function typed(): string {
  const words = argv.filter((one) => !one.startsWith("-"));
  const known = new Set(program.commands.map((one) => one.name()));
  return words.find((one) => known.has(one)) ?? words[0] ?? "vault";
}

/** Ends where the arguments are wrong, or asked for help: commander has said so already, unless JSON was asked for. */
function refuse({ exitCode, code, message }: CommanderError): never {
  if (exitCode === 0) process.exit(EXIT.done);
  if (argv.includes("--json")) {
    const command = typed();
    const isKnown = program.commands.some((one) => one.name() === command);
    const hint = isKnown ? `vault ${command} --help` : "vault --help";
    const failure = { code, message: message.replace(/^error: /, ""), hint, exitCode: EXIT.usage };
    process.stdout.write(failurePrinted(command, failure, true).out);
  }
  process.exit(EXIT.usage);
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on("error", () => process.exit(EXIT.done));
const program = makeProgram(start, refuse);
if (argv.length === 0) {
  program.outputHelp();
  process.exitCode = EXIT.usage;
} else void program.parseAsync(argv, { from: "user" });
