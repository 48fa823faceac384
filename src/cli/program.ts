/** The commands, their options and help, as commander knows them. Nothing that takes time is loaded here. */
import { Command, type CommanderError } from "commander";
import { version } from "../../package.json";
import type { GlobalOptions } from "./context";
import { exitCodeLines } from "./exitCodes";
import { addPlan, addRun } from "./program/acting";
import { addRestore } from "./program/restoring";
import { addCompletion } from "./program/completing";
import type { Start, Verb } from "./program/verb";

const EXAMPLES = `Examples:
  vault status                        is everything recent enough, and what is wrong?
  vault plan                          what would the next run create, copy and delete?
  vault run                           back up now, and follow it until the copies are verified
  vault list                          recovery points in the region, newest first
  vault list web-1 --region us-west-2 those of one instance, by id, Name or unique prefix
  vault show web-1                    its latest recovery point: all that is known
  vault show web-1@"yesterday 14:00"  the last one that was taken by then
  vault restore web-1 --dry-run       bring it back: what would happen?
`;

const REST = `
Credentials and region come from the AWS SDK's defaults: AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL.
Any region of the vault will do. Where the primary region is down, name a DR region.

Exit codes:
${exitCodeLines()}

Documentation: docs/CLI.md`;

/** Adds the options that every command has. */
function withGlobals(command: Command): Command {
  return command
    .option("--region <region>", "region to read first (default: AWS_REGION)")
    .option("--vault <id>", "vault id, <project>-<stack>, where a region has several")
    .option("--json", "JSON on standard output, errors included (docs/cli.schema.json)")
    .option("--no-color", "no colors");
}

/**
 * Builds the program.
 * @param refuse called by commander where the arguments are wrong, or ask for help
 */
export function makeProgram(start: Start, refuse: (error: CommanderError) => never): Command {
  const program = new Command("vault")
    .description("Shows what Smart Vault has backed up, and asks for runs.")
    .version(version)
    .addHelpText("beforeAll", EXAMPLES)
    .addHelpText("after", REST)
    .exitOverride(refuse)
    .helpCommand(false)
    .showHelpAfterError("Help: vault --help");
  const verb = (usage: string, what: string, examples: readonly string[]) =>
    withGlobals(program.command(usage))
      .description(what)
      .showHelpAfterError(`Help: vault ${usage.split(" ")[0] ?? ""} --help`)
      .exitOverride(refuse)
      .addHelpText("before", `Examples:\n${examples.map((one) => `  ${one}`).join("\n")}\n`);
  addReading(verb, start);
  addPlan(verb, start);
  addRun(verb, start);
  addRestore(verb, start);
  addCompletion(program);
  return program;
}

interface ListOptions extends GlobalOptions {
  since?: string;
}

/** Adds the commands that read. */
function addReading(verb: Verb, start: Start): void {
  verb("list [instance]", "Lists recovery points, newest first.", [
    "vault list",
    "vault list web-1 --since 7d",
    "vault list --region us-west-2 --json",
  ])
    .option("--since <time>", 'only recovery points since then: ISO, "3h ago", "yesterday 14:00"')
    .action(async (instance: string | undefined, options: ListOptions) => {
      await start("list", options, async () => {
        const { list } = await import("./commands/list");
        return (context) => list(context, { instance, since: options.since });
      });
    });
  verb("show <point>", "Shows all that is known of one recovery point.", [
    "vault show web-1",
    'vault show web-1@"yesterday 14:00"',
    "vault show snap-0123456789abcdef0 --json",
  ])
    .addHelpText(
      "after",
      "\nPOINT is a snapshot id, INSTANCE for its latest, or INSTANCE@TIME for the last one by then.",
    )
    .action(async (ref: string, options: GlobalOptions) => {
      await start("show", options, async () => {
        const { show } = await import("./commands/show");
        return (context) => show(context, ref);
      });
    });
  verb("status", "Says whether every protected instance has a recent recovery point, and what is wrong.", [
    "vault status",
    "vault status --json || echo not well",
  ]).action(async (options: GlobalOptions) => {
    await start("status", options, async () => {
      const { status } = await import("./commands/status");
      return status;
    });
  });
}
