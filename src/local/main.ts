/** `npm start`: rehearses the vault on an emulated account, with the archive that `pulumi up` would upload. */
import { readOptions } from "./options";
import { makeProgress } from "./progress";

const EXIT = { ok: 0, incomplete: 1, usage: 2, interrupted: 130 } as const;

async function main(): Promise<void> {
  const options = readOptions((exitCode) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage));
  const interrupt = () => {
    process.stderr.write("\ninterrupted: the emulated account and the function are stopped\n");
    process.exit(EXIT.interrupted);
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  // Only now: what is loaded takes seconds, and `--help` has no need of it.
  const { readScript, rehearse } = await import("./rehearse");
  const { renderRehearsal } = await import("./print/tables");
  const rehearsal = await rehearse(readScript(options), makeProgress(), (vault) => {
    process.once("exit", () => void vault.stop());
  });
  const text = options.json
    ? JSON.stringify(rehearsal, undefined, 2)
    : renderRehearsal(rehearsal, { explainAll: options.explain !== undefined, all: options.all });
  process.stdout.write(`${text}\n`);
  process.exitCode = rehearsal.complete ? EXIT.ok : EXIT.incomplete;
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`npm start: ${message}\n`);
  process.exitCode = EXIT.usage;
});
