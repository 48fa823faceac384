/** Makes a separate home for an emulated account, with the emulator's environment if it exists already. */
import { existsSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SHARED = join(__dirname, "..", "..", ".vault");

/** @param name says what the temporary folder is for */
export function emulatorHome(name: string): string {
  const home = mkdtempSync(join(tmpdir(), `smart-vault-${name}-`));
  if (!existsSync(SHARED)) return home;
  for (const made of readdirSync(SHARED).filter((entry) => /^emulator-\w+$/.test(entry))) {
    symlinkSync(join(SHARED, made), join(home, made));
  }
  return home;
}
