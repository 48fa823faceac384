/** Asks a person before a restore changes anything. Without a terminal nobody can answer, and nothing is changed. */
import { createInterface } from "node:readline/promises";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import type { RestoreOptions } from "./options";

export interface Question {
  /** `Launch this instance?` */
  text: string;
  /** What has to be typed, where a yes is too easily given: the name of the instance. */
  name?: string;
  /** Why it has to be typed. */
  why?: string;
}

type Asked = Pick<RestoreOptions, "yes" | "confirm" | "input" | "json">;

/** Decides whether the options are an answer. */
function isAnswered({ name }: Question, { yes, confirm }: Asked): boolean {
  if (name === undefined) return yes === true || confirm !== undefined;
  if (confirm !== undefined && confirm !== name) {
    throw cliError(EXIT.usage, "NotConfirmed", `--confirm=${confirm} is not the name ${name}`, "Nothing was changed.");
  }
  return confirm === name;
}

/**
 * Asks, and returns if the answer is yes.
 * @throws a usage error where it is not, or nobody can be asked
 */
export async function confirm(question: Question, options: Asked): Promise<void> {
  if (isAnswered(question, options)) return;
  const { text, name, why } = question;
  const flag = name === undefined ? "--yes" : `--confirm=${name}`;
  if (!process.stdin.isTTY || !options.input || options.json === true) {
    const hint = `${why === undefined ? "" : `${why} `}Add ${flag} to go on without a question. Nothing was changed.`;
    throw cliError(EXIT.usage, "NotConfirmed", "nobody confirmed it", hint);
  }
  const reading = createInterface({ input: process.stdin, output: process.stderr });
  const prompt = name === undefined ? `${text} [y/N] ` : `${why ?? ""}\n${text} Type ${name} to go on: `;
  const answer = (await reading.question(prompt)).trim();
  reading.close();
  const isYes = name === undefined ? /^y(es)?$/i.test(answer) : answer === name;
  if (!isYes) throw cliError(EXIT.usage, "NotConfirmed", "not confirmed", "Nothing was changed.");
}
