/** Shares what the commands that play seeds have in common: options, progress, Ctrl-C, and exit codes. */
import { Command, InvalidArgumentError } from "commander";

const INTERRUPTED = 130;

export interface SeedOptions {
  seed?: number;
  first: number;
  days: number;
  jobs: number;
  archive: boolean;
  json: boolean;
  bail: boolean;
}

/** Returns a parser of whole numbers from a least one on. */
export function whole(min: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} on, got "${text}".`);
    }
    return value;
  };
}

/** Adds the options of every such command. Ends the process with 2 on any other. */
export function withSeedOptions(command: Command, days: number): Command {
  return command
    .option("--first <n>", "the first of them", whole(0), 1)
    .option("--days <d>", "days of virtual time of each", whole(2), days)
    .option("--jobs <j>", "processes at once", whole(1), 1)
    .option("--archive", "run the serialized archive instead of the sources", false)
    .option("--bail", "stop at the first rule that is broken", false)
    .option("--json", "print one JSON document", false)
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    });
}

/** Overwrites one line of a terminal, and writes into a file only now and then. */
export function makeProgress(total: number, unit: string) {
  const startMs = performance.now();
  const { isTTY } = process.stderr;
  const everyMs = isTTY ? 500 : 30_000;
  let lastMs = startMs;
  return (played: number, failed: number) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < everyMs) return;
    lastMs = nowMs;
    const perSecond = played / ((nowMs - startMs) / 1_000);
    const leftMinutes = (total - played) / perSecond / 60;
    const line = `${played}/${total} ${unit}, ${perSecond.toFixed(2)} a second, ${leftMinutes.toFixed(1)} minutes left, ${failed} failed`;
    process.stderr.write(isTTY ? `\r${line}  ` : `${line}\n`);
  };
}

interface HandingOut {
  first: number;
  total: number;
  /** `seeds` or `lives`: the option that says how many. */
  unit: string;
  isOver: () => boolean;
  /** Reports what was found so far. */
  tell: () => void;
}

/** Hands out seeds, and does not lose at Ctrl-C what hours of work found. */
export function handOut({ first, total, unit, isOver, tell }: HandingOut) {
  let given = 0;
  const underWay = new Set<number>();
  process.once("SIGINT", () => {
    tell();
    const from = Math.min(...underWay);
    console.error(`interrupted; go on with --first ${from} --${unit} ${first + total - from}`);
    process.exit(INTERRUPTED);
  });
  return {
    next: (): number | undefined => {
      if (given >= total || isOver()) return undefined;
      const seed = first + given++;
      underWay.add(seed);
      return seed;
    },
    done: (seed: number): void => {
      underWay.delete(seed);
    },
  };
}

/** Ends the process with what the command returns, or with 2 if it failed itself. */
export function exitWith(command: Promise<number>): void {
  command.then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error);
      process.exit(2);
    },
  );
}
