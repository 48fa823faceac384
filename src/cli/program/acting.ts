/** The commands about runs: what the next one would do, and one by hand. */
import type { GlobalOptions } from "../context";
import type { Start, Verb } from "./verb";

interface PlanOptions extends GlobalOptions {
  at?: string;
}

interface RunOptions extends GlobalOptions {
  dryRun?: boolean;
  wait: boolean;
  timeout: string;
  follow?: string;
}

/** Adds `vault plan`. */
export function addPlan(verb: Verb, start: Start): void {
  verb("plan", "Shows what the next run would create, copy and delete, and why. It changes nothing.", [
    "vault plan",
    'vault plan --at "tomorrow 03:00"',
    "vault plan --json",
  ])
    .option("--at <time>", "time of the run: ISO or words (default: when the schedule fires next)")
    .addHelpText("after", "\nIt ends with 6 if the deletion limit would stop something.")
    .action(async (options: PlanOptions) => {
      await start("plan", options, async () => {
        const { plan } = await import("../commands/plan");
        return (context) => plan(context, options.at === undefined ? {} : { at: options.at });
      });
    });
}

/** Adds `vault run`. */
export function addRun(verb: Verb, start: Start): void {
  verb("run", "Asks the vault's function for a run now, and follows it until its copies are verified.", [
    "vault run",
    "vault run --dry-run",
    "vault run --no-wait",
    "vault run --json --timeout 2h",
  ])
    .option("-n, --dry-run", "show what the run would do, and ask for none")
    .option("--no-wait", "end once the function has answered")
    .option("--timeout <duration>", "how long to follow the run: 90m, 2h", "2h")
    .option("--follow <slot>", "follow the run of this slot, and ask for none")
    .addHelpText(
      "after",
      `
The run does what a scheduled one does: it makes snapshots of the protected instances, has them copied, and deletes what
is due, as the hourly sweep would. It asks for no confirmation: \`vault run --dry-run\` shows it first.
Its recovery points count for rules such as last and daily.`,
    )
    .action(async (options: RunOptions) => {
      await start("run", options, async () => {
        const { run } = await import("../commands/run");
        const { dryRun = false, wait, timeout, follow } = options;
        return (context) => run(context, { dryRun, wait, timeout, ...(follow !== undefined && { follow }) });
      });
    });
}
