/** What `npm start --` is asked for on the command line. */
import { Command, InvalidArgumentError } from "commander";

export interface Options {
  stack: string;
  inventory?: string;
  volumes?: string;
  config: string[];
  nights?: number;
  edit: string[];
  explain?: string;
  calls?: string;
  json: boolean;
}

function nightsArgument(text: string): number {
  const nights = Number(text);
  if (Number.isInteger(nights) && nights >= 1 && nights <= 400) return nights;
  throw new InvalidArgumentError("expected a whole number from 1 to 400.");
}

function more(pair: string, pairs: string[]): string[] {
  return [...pairs, pair];
}

/** @param refuse called with the exit code where the arguments are none, or ask for help */
export function readOptions(refuse: (exitCode: number) => never): Options {
  return new Command("npm start --")
    .description("Rehearses the vault on an emulated AWS account: nothing real is touched.")
    .option("--stack <name>", "stack whose configuration is used: dev or prod", "dev")
    .option("--inventory <file>", "fleet: the JSON of `aws ec2 describe-instances`")
    .option("--volumes <file>", "its volumes: the JSON of `aws ec2 describe-volumes`")
    .option(
      "-c, --config <key=value>",
      "configuration on top of the stack's, as for `pulumi up` (repeatable)",
      more,
      [],
    )
    .option("--nights <n>", "nights before the induced failure, or the edits", nightsArgument)
    .option(
      "--edit <key=value>",
      "instead of the failure: deploy the stack again with this changed, and let a night pass " +
        "(repeatable, one after the other); allowDeletePlan=mailed allows what the brake's last mail named",
      more,
      [],
    )
    .option("--explain <volume-id>", "show why each recovery point of this volume is kept")
    .option(
      "--calls <file>",
      "write each AWS call of the function to this file, as JSON, with the policy of its role",
    )
    .option("--json", "the result as JSON on standard output", false)
    .addHelpText(
      "after",
      "\nExit: 0 all is backed up, 1 something is not, 2 bad input, 130 interrupted.",
    )
    .exitOverride((error) => refuse(error.exitCode))
    .parse()
    .opts<Options>();
}
