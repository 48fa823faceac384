/** Finds and checks the emulator's Python, and makes a virtual environment of the project's own on first use. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const OLDEST = [3, 10] as const;
const CANDIDATES = ["python3", "python"];
const INSTALL_TIMEOUT_MS = 10 * 60_000;

export type Progress = (message: string) => void;

/** Makes the error for a mistake in the user's set-up, which is printed without a stack trace. */
export function userError(message: string): Error {
  return Object.assign(new Error(message), { name: "UserError" });
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    const script = "import sys; print('%d.%d' % sys.version_info[:2])";
    return (await run(command, ["-c", script])).stdout.trim();
  } catch {
    return undefined;
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** @throws a user error that says what was looked for and what was found */
async function findPython(candidates: readonly string[] = CANDIDATES): Promise<string> {
  const found: string[] = [];
  for (const command of candidates) {
    const version = await versionOf(command);
    if (version !== undefined && isNewEnough(version)) return command;
    found.push(`${command}: ${version ?? "not found"}`);
  }
  throw userError(
    `the emulator needs Python ${OLDEST.join(".")} or newer, got ${found.join("; ")}. ` +
      "Install it (Debian and Ubuntu: apt install python3 python3-venv) and try again.",
  );
}

async function makeVenv(python: string, folder: string, requirements: string): Promise<void> {
  try {
    await run(python, ["-m", "venv", folder]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw userError(
      `${python} could not make a virtual environment: ${error instanceof Error ? error.message : String(error)}\n` +
        "Its venv module may be missing (Debian and Ubuntu: apt install python3-venv).",
    );
  }
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  try {
    await run(join(folder, "bin", "python"), pip, { timeout: INSTALL_TIMEOUT_MS });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw userError(`moto could not be installed from PyPI: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * @param home the folder for what is made; one environment for each version of the requirements
 * @returns the environment's python
 */
export async function emulatorPython(home: string, requirements: string, progress: Progress): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(home, `emulator-${hash}`);
  const python = join(folder, "bin", "python");
  if (existsSync(python)) return python;
  const command = await findPython();
  progress("installing the emulator (moto) into .vault/, once: about half a minute");
  // Made aside and moved: an interrupted installation is never taken for a whole one, nor another rehearsal's for ours.
  const aside = `${folder}.partial-${process.pid}`;
  rmSync(aside, { recursive: true, force: true });
  await makeVenv(command, aside, requirements);
  if (existsSync(python)) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, folder);
  return python;
}
