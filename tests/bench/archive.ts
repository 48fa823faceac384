/** (d) Measures the archive that Pulumi would upload: its size, and its cold load time in plain Node. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inChild, printFigure } from "./child";
import { writeArchive } from "../../src/local/runtime/lambda";
import { runProgram, theResource } from "../../src/local/deploy/program";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";

export interface ArchiveFigure {
  indexKiB: number;
  unpackedMiB: number;
  compressedMiB: number;
  /** Minimum of seven processes, because other load only adds to it. */
  loadMs: number;
}

const ROOT = join(__dirname, "..", "..");
const LOADS = 7;
const MEASURE = `const start = process.hrtime.bigint();
require(process.argv[1]);
process.stdout.write(String(Number(process.hrtime.bigint() - start) / 1e6));`;

function loadOnce(index: string): number {
  const env = { ...process.env, AWS_REGION: "us-east-1" };
  const args = ["--preserve-symlinks", "-e", MEASURE, index];
  return Number(execFileSync(process.execPath, args, { env }).toString());
}

function bytesOf(command: string): number {
  return Number(execFileSync("sh", ["-c", command]).toString().trim());
}

async function measureHere(): Promise<ArchiveFigure> {
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-archive-"));
  try {
    const make = (type: string, name: string) => ({ arn: `arn:aws:${type}:${name}` });
    const program = await runProgram(ROOT, loadStackConfig(ROOT, "dev"), make);
    const lambda = theResource(program, "aws:lambda/function:Function");
    const index = await writeArchive(lambda, ROOT, folder);
    const loads = Array.from({ length: LOADS }, () => loadOnce(index));
    return {
      indexKiB: statSync(index).size / 1024,
      unpackedMiB: bytesOf(`find -L '${folder}' -type f -printf '%s\\n' | awk '{s+=$1} END {print s}'`) / 2 ** 20,
      compressedMiB: bytesOf(`tar -C '${folder}' -chz . | wc -c`) / 2 ** 20,
      loadMs: Math.min(...loads),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function measureArchive(): Promise<ArchiveFigure> {
  return inChild(__filename);
}

printFigure(require.main === module, measureHere);
