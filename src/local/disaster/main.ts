/** `npm run demo:disaster`: the primary region is gone, and each instance comes back in the DR region from tags alone. */
import { join } from "node:path";
import { makeProgress } from "../progress";
import { playDisaster } from "./disaster";
import { disasterPage } from "./page";

const HOME = join(__dirname, "..", "..", "..", ".vault");
const DAYS = 3;
const INTERRUPTED = 130;

async function main(): Promise<void> {
  process.once("SIGINT", () => process.exit(INTERRUPTED));
  process.once("SIGTERM", () => process.exit(INTERRUPTED));
  const names = process.argv.slice(2).filter((one) => !one.startsWith("-"));
  const disaster = await playDisaster({ home: HOME, days: DAYS, names }, makeProgress(), (vault) => {
    process.once("exit", () => void vault.stop());
  });
  const isJson = process.argv.includes("--json");
  process.stdout.write(`${isJson ? JSON.stringify(disaster, undefined, 2) : disasterPage(disaster)}\n`);
  process.exitCode = disaster.isProven ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`npm run demo:disaster: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
