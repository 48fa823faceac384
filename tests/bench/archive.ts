/** (d) Measures the archive that Pulumi would upload: its size, and its cold load in plain Node. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
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
  /** CPU time of a load, user and system; the minimum likewise. */
  loadCpuMs: number;
}

const ROOT = join(__dirname, "..", "..");
const LOADS = 7;
const MEASURE = `const [start, before] = [process.hrtime.bigint(), process.cpuUsage()];
require(process.argv[1]);
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify([Number(process.hrtime.bigint() - start) / 1e6, (user + system) / 1e3]));`;

/** Loads the archive once. Returns milliseconds by the clock, and of CPU. */
function loadOnce(index: string): [number, number] {
  const env = { ...process.env, AWS_REGION: "us-east-1" };
  return JSON.parse(execFileSync(process.execPath, ["-e", MEASURE, index], { env }).toString()) as [number, number];
}

async function measureHere(): Promise<ArchiveFigure> {
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-archive-"));
  try {
    const make = (type: string, name: string) => ({ arn: `arn:aws:${type}:${name}` });
    const program = await runProgram(ROOT, loadStackConfig(ROOT, "dev"), make);
    const index = await writeArchive(theResource(program, "aws:lambda/function:Function"), folder);
    const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    const packed = execFileSync("tar", ["-C", folder, "-cz", "."], { maxBuffer: 2 ** 26 });
    const loads = Array.from({ length: LOADS }, () => loadOnce(index));
    return {
      indexKiB: statSync(index).size / 1024,
      unpackedMiB: bytes / 2 ** 20,
      compressedMiB: packed.length / 2 ** 20,
      loadMs: Math.min(...loads.map(([wall]) => wall)),
      loadCpuMs: Math.min(...loads.map(([, cpu]) => cpu)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function measureArchive(): Promise<ArchiveFigure> {
  return inChild(__filename);
}

printFigure(require.main === module, measureHere);
