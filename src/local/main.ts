/** `npm start`: rehearses the vault on an emulated account, with the archive that `pulumi up` would upload. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type VaultConfig, configOf } from "../config";
import { DAY_MS, isoSeconds } from "../vault/time";
import { audit } from "./audit";
import { pruned, readDecisions } from "./functionLog";
import { readInventory } from "./inventory";
import { play } from "./scenario";
import { loadStackConfig } from "./stackConfig";
import { type Rehearsal, renderRehearsal } from "./tables";
import { type LocalVault, startVault } from "./vault";

interface Options {
  stack: string;
  inventory?: string;
  volumes?: string;
  config: string[];
  nights?: number;
  json: boolean;
}

const ROOT = join(__dirname, "..", "..");
const HOME = join(ROOT, ".vault");
/** Ten nights at the least, and two more than the longest retention, so that something is pruned. */
const MIN_NIGHTS = 10;
const EXIT = { ok: 0, incomplete: 1, usage: 2, interrupted: 130 } as const;

function nightsArgument(text: string): number {
  const nights = Number(text);
  if (Number.isInteger(nights) && nights >= 1 && nights <= 400) return nights;
  throw new InvalidArgumentError("expected a whole number from 1 to 400.");
}

/** The longest retention in days that a policy has. */
function longestDays({ policies }: VaultConfig): number {
  const days = Object.values(policies).flatMap(({ keep, drKeep }) =>
    [keep, drKeep].map(({ retentionDays = 0, daily = 0, last = 0 }) =>
      Math.max(retentionDays, daily, last),
    ),
  );
  return Math.max(...days);
}

async function rehearse(
  options: Options,
  onStart: (vault: LocalVault) => void,
): Promise<Rehearsal> {
  const started = Date.now();
  const progress = (message: string) => {
    const seconds = ((Date.now() - started) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${message}\n`);
  };
  const stackConfig = loadStackConfig(ROOT, options.stack, options.config);
  const config = configOf(stackConfig.project, stackConfig.stack, stackConfig.values);
  const inventory = readInventory(options.inventory, options.volumes);
  const startMs = Math.floor(started / DAY_MS) * DAY_MS;
  const vault = await startVault(ROOT, HOME, stackConfig, inventory, startMs, progress);
  onStart(vault);
  try {
    progress(
      `the archive loads in ${Math.round(vault.stack.loadMs)} ms; time passes from ${isoSeconds(startMs)}`,
    );
    const nights = options.nights ?? Math.max(MIN_NIGHTS, longestDays(config) + 2);
    const played = await play(vault, config, nights, startMs, progress);
    const tag = { key: config.tagKey, values: Object.keys(config.policies) };
    const found = await audit(vault, inventory.instances, tag);
    const anyProtected = found.instances.some((instance) => instance.protected);
    if (!anyProtected)
      found.gaps.push(`no instance has the tag ${tag.key}=${tag.values.join("|")}`);
    return {
      stack: vault.stack.vaultId,
      inventory: inventory.source,
      regions: { primary: config.primaryRegion, dr: config.drRegions[0] ?? "" },
      nights: played,
      audit: found,
      pruned: pruned(readDecisions(readFileSync(vault.logFile, "utf8"))),
      mails: [...vault.mails()],
      calls: await vault.emulator.calls(),
      complete: found.gaps.length === 0,
    };
  } finally {
    await vault.stop();
  }
}

async function main(): Promise<void> {
  const program = new Command("npm start --")
    .description("Rehearses the vault on an emulated AWS account: nothing real is touched.")
    .option("--stack <name>", "stack whose configuration is used: dev or prod", "dev")
    .option("--inventory <file>", "fleet: the JSON of `aws ec2 describe-instances`")
    .option("--volumes <file>", "its volumes: the JSON of `aws ec2 describe-volumes`")
    .option(
      "-c, --config <key=value>",
      "configuration on top of the stack's, as for `pulumi up` (repeatable)",
      (pair: string, pairs: string[]) => [...pairs, pair],
      [],
    )
    .option("--nights <n>", "nights before the induced failure", nightsArgument)
    .option("--json", "the result as JSON on standard output", false)
    .addHelpText(
      "after",
      "\nExit: 0 all is backed up, 1 something is not, 2 bad input, 130 interrupted.",
    )
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    });
  const options = program.parse().opts<Options>();
  const interrupt = () => {
    process.stderr.write("\ninterrupted: the emulated account and the function are stopped\n");
    process.exit(EXIT.interrupted);
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const rehearsal = await rehearse(options, (vault) => {
    process.once("exit", () => void vault.stop());
  });
  process.stdout.write(
    options.json
      ? `${JSON.stringify(rehearsal, undefined, 2)}\n`
      : `${renderRehearsal(rehearsal)}\n`,
  );
  process.exitCode = rehearsal.complete ? EXIT.ok : EXIT.incomplete;
}

main().catch((error: unknown) => {
  const told = error instanceof Error ? error.message : String(error);
  process.stderr.write(`npm start: ${told}\n`);
  process.exitCode = EXIT.usage;
});
