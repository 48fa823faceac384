/** Prints answers and failures: data on standard output, all else on standard error. Pure: returns both texts. */
import type { Answer, Context } from "../context";
import { type Failure, failureText } from "../failure";
import { isoSeconds } from "../../vault/lib/time";
import type { Look } from "./look";
import type { Step } from "./progress";

/** Version of the JSON that `--json` prints: docs/cli.schema.json describes it. */
export const SCHEMA = 1;

/** What is printed, in this order: data on standard output, the rest on standard error. */
export interface Printed {
  /** On standard error, before the data. */
  before: string;
  out: string;
  /** On standard error, after the data. */
  after: string;
}

function line(text: string): string {
  return text === "" ? "" : `${text}\n`;
}

/** Commands whose work is long: with `--json` they print a line for each step, and one for the result. */
const LONG: readonly string[] = ["run", "restore"];

/** Decides whether a command prints JSON lines. */
export function isLong(command: string): boolean {
  return LONG.includes(command);
}

/** Returns one JSON value: of a long command as one line that says what it is. */
function json(
  command: string,
  messageType: "plan" | "progress" | "result" | "error",
  value: Record<string, unknown>,
): string {
  if (!isLong(command)) return `${JSON.stringify(value, undefined, 2)}\n`;
  return `${JSON.stringify({ messageType, ...value })}\n`;
}

/** Returns a step of a long command as a line of JSON. */
export function stepJson(command: string, { message, data, messageType = "progress" }: Step, nowMs: number): string {
  return json(command, messageType, { schema: SCHEMA, command, at: isoSeconds(nowMs), message, ...data });
}

/** Returns an answer as JSON. */
export function answerJson(command: string, { region, nowMs }: Context, answer: Answer): Printed {
  const { exitCode, data, notes, next } = answer;
  const commands = next.map(([one]) => one);
  const about = { schema: SCHEMA, command, region, at: isoSeconds(nowMs), exitCode, notes, next: commands };
  return { before: "", out: json(command, "result", { ...about, ...data }), after: "" };
}

/** Returns an answer as text for two streams. */
export function answerText({ heading, body, notes, next }: Answer, out: Look, err: Look): Printed {
  const width = Math.max(0, ...next.map(([command]) => command.length));
  const hints = next.map(([command, why]) => `Next: ${command.padEnd(width)}  ${err.colors.dim(`# ${why}`)}`);
  const said = [...notes.map((note) => `${err.colors.yellow("note:")} ${note}`), ...hints];
  return { before: line(err.colors.dim(heading)), out: line(body(out)), after: line(said.join("\n")) };
}

/** Returns a failure: with `--json` as data, else as text. */
export function failurePrinted(command: string, failure: Failure, isJson: boolean): Printed {
  const { exitCode, ...error } = failure;
  if (isJson)
    return { before: "", out: json(command, "error", { schema: SCHEMA, command, exitCode, error }), after: "" };
  return { before: "", out: "", after: line(failureText(`vault ${command}`, failure)) };
}
