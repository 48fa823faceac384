/** (d) Measures the archive that Pulumi would upload: its size, and its cold load in plain Node. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveOf } from "./checkout";
import { inChild, printFigure } from "./child";

export interface ArchiveFigure {
  indexKiB: number;
  unpackedMiB: number;
  compressedMiB: number;
  /** Minimum of seven processes, because other load only adds to it. */
  loadMs: number;
  /** CPU time of a load, user and system; the minimum likewise. */
  loadCpuMs: number;
}

const LOADS = 7;
/** For an older commit's archive, which is links. */
const LINKS_REMAIN = ["--preserve-symlinks"];
const MEASURE = `const [start, before] = [process.hrtime.bigint(), process.cpuUsage()];
require(process.argv[1]);
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify([Number(process.hrtime.bigint() - start) / 1e6, (user + system) / 1e3]));`;

/** Loads the archive once. Returns milliseconds by the clock, and of CPU. */
function loadOnce(index: string): [number, number] {
  const env = { ...process.env, AWS_REGION: "us-east-1" };
  const args = [...LINKS_REMAIN, "-e", MEASURE, index];
  return JSON.parse(execFileSync(process.execPath, args, { env }).toString()) as [number, number];
}

/** Returns the size of all files of a folder, and of those that it links to. */
function bytesIn(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
}

async function measureHere(checkout: string): Promise<ArchiveFigure> {
  const folder = mkdtempSync(join(tmpdir(), "smart-vault-archive-"));
  try {
    const index = await archiveOf(checkout, folder);
    const packed = execFileSync("tar", ["-C", folder, "-chz", "."], { maxBuffer: 2 ** 26 });
    const loads = Array.from({ length: LOADS }, () => loadOnce(index));
    return {
      indexKiB: statSync(index).size / 1024,
      unpackedMiB: bytesIn(folder) / 2 ** 20,
      compressedMiB: packed.length / 2 ** 20,
      loadMs: Math.min(...loads.map(([wall]) => wall)),
      loadCpuMs: Math.min(...loads.map(([, cpu]) => cpu)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function measureArchive(checkout: string): Promise<ArchiveFigure> {
  return inChild(__filename, checkout);
}

printFigure(require.main === module, ([checkout = ""]) => measureHere(checkout));
