/** Reads the options of `npm run verify:aws --`. */
import { Command, InvalidArgumentError } from "commander";

export interface Options {
  stack: string;
  primaryRegion?: string;
  drRegion?: string;
  drKey?: string;
  role?: string;
  timeoutMinutes: number;
  yes: boolean;
  json: boolean;
}

function minutesArgument(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 240) return minutes;
  throw new InvalidArgumentError("expected a whole number from 1 to 240.");
}

/**
 * Reads the arguments.
 * @param refuse called with the exit code where the arguments are none, or ask for help
 */
export function readOptions(argv: readonly string[], refuse: (exitCode: number) => never): Options {
  return new Command("npm run verify:aws --")
    .description(
      "Checks in your AWS account what the vault relies on and nobody could observe (docs/ASSUMPTIONS.md).\n" +
        "Makes a 1 GiB volume, a snapshot and copies, and deletes all of them.",
    )
    .option("--stack <name>", "stack whose files name regions and key: dev or prod", "dev")
    .option("--primary-region <region>", "instead of the stack's aws:region")
    .option("--dr-region <region>", "instead of the stack's first DR region")
    .option("--dr-key <arn>", "instead of the key that the stack's alias leads to")
    .option(
      "--role <arn>",
      "role to assume with the vault's permissions: one that is allowed to use the DR key (default: the first of restoreRoleArns)",
    )
    .option("--timeout-minutes <n>", "longest wait for one snapshot or copy", minutesArgument, 30)
    .option("--yes", "do not ask", false)
    .option("--json", "the result as JSON on standard output", false)
    .addHelpText(
      "after",
      "\nExit: 0 all is confirmed, 1 something is different, 2 bad input or not confirmed, " +
        "3 something could not be determined or deleted, 130 interrupted.",
    )
    .exitOverride((error) => refuse(error.exitCode))
    .parse(argv, { from: "user" })
    .opts<Options>();
}
