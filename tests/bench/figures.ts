/** Figures of the bench, and those of the commit that they are compared with. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { ArchiveFigure } from "./archive";
import type { CallFigure } from "./calls";
import type { CostLine } from "./cost";
import type { MakespanFigure } from "./makespan";
import type { PlanFigure } from "./plan";
import type { SweepFigure } from "./sweep";

/** Measurements; the rest is left out. */
export interface Figures {
  calls?: CallFigure[];
  makespan?: MakespanFigure[];
  plan?: PlanFigure[];
  archive?: ArchiveFigure;
  sweeps?: SweepFigure[];
  cost?: CostLine[];
}

/** What is kept of an older commit's figures, to compare with. */
export interface Base {
  commit: string;
  machine: string;
  /** Time of `npm cit` there. */
  checks: string;
  archive: Pick<ArchiveFigure, "compressedMiB" | "loadCpuMs">;
  plan: Pick<PlanFigure, "snapshots" | "cpuMs">[];
  sweeps: Pick<SweepFigure, "perRegion" | "memoryMb" | "cpuMs" | "peakMiB">[];
  calls: (Pick<CallFigure, "instances" | "total"> & { copyMinutes: number })[];
  /** Where the number of invocations was not kept, it is absent. */
  makespan: (Pick<MakespanFigure, "snapshots" | "copyMinutes" | "ratio"> & { invocations?: number })[];
}

export function readBase(): Base {
  return JSON.parse(readFileSync(join(__dirname, "base.json"), "utf8")) as Base;
}

/** Returns the name of this machine's processor and its cores. */
export function machineName(): string {
  return `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`;
}
