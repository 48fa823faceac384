/** Reads the options of `npm start --`. */
import { Command, InvalidArgumentError } from "commander";

export interface Options {
  stack: string;
  inventory?: string;
  volumes?: string;
  config: string[];
  nights?: number;
  /** The pairs of an --edit and of each --and after it, by deployment. */
  edit: string[][];
  dailyChange: number;
  explain?: string;
  calls?: string;
  json: boolean;
  all: boolean;
}

function nightsArgument(text: string): number {
  const nights = Number(text);
  if (Number.isInteger(nights) && nights >= 1 && nights <= 400) return nights;
  throw new InvalidArgumentError("expected a whole number from 1 to 400.");
}

function more(pair: string, pairs: string[]): string[] {
  return [...pairs, pair];
}

function percentArgument(text: string): number {
  const percent = Number(text);
  if (text !== "" && percent >= 0 && percent <= 100) return percent;
  throw new InvalidArgumentError("expected a number from 0 to 100.");
}

/** Collects the edits: `--and` belongs to the `--edit` before it. */
function editsArgument() {
  const edits: string[][] = [];
  return {
    edit: (pair: string): string[][] => {
      edits.push([pair]);
      return edits;
    },
    and: (pair: string): void => {
      const last = edits.at(-1);
      if (last === undefined) throw new InvalidArgumentError("expected an --edit before it.");
      last.push(pair);
    },
  };
}

/** @param refuse called with the exit code where the arguments are none, or ask for help */
export function readOptions(refuse: (exitCode: number) => never): Options {
  const edits = editsArgument();
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
        "(repeatable, one after the other); approvedDeletePlan=mailed approves the plans that the last mails named",
      edits.edit,
      [],
    )
    .option("--and <key=value>", "changed by the same deployment as the --edit before it", edits.and)
    .option(
      "--daily-change <percent>",
      "share of a volume's blocks that changes per day, for what an edit costs",
      percentArgument,
      5,
    )
    .option("--explain <volume-id>", "show why each recovery point of this volume is kept")
    .option("--calls <file>", "write each AWS call of the function to this file, as JSON, with the policy of its role")
    .option("--all", "every row of every table, and whole mails", false)
    .option("--json", "the result as JSON on standard output", false)
    .addHelpText(
      "after",
      "\nExit: 0 all is backed up and the vault reported nothing but the induced failure, 1 otherwise, 2 bad input, 130 interrupted.",
    )
    .exitOverride((error) => refuse(error.exitCode))
    .parse()
    .opts<Options>();
}
