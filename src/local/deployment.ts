/** One deployment of the stack, as `pulumi up`: index.ts is run, its archive written, the function started from it. */
import { join } from "node:path";
import type { Emulator } from "./emulator";
import { type LocalLambda, startLambda, writeArchive } from "./lambda";
import { type Make, type Program, runProgram, theResource } from "./program";
import type { StackConfig } from "./stackConfig";

/** What a rehearsal wants to know of the stack. */
export interface LocalStack {
  vaultId: string;
  primaryRegion: string;
  drRegion: string;
  drKeyArn: string;
  topicArn: string;
  /** Cold load of the archive in plain Node, in milliseconds. */
  loadMs: number;
}

/** Where a stack is deployed from and to; the same for all its deployments. */
export interface Place {
  /** The project's root. */
  folder: string;
  /** Where the archive goes. */
  work: string;
  emulator: Emulator;
  make: Make;
  logFile: string;
}

export interface Deployment {
  stack: LocalStack;
  lambda: LocalLambda;
}

function stackOf(
  { outputs }: Program,
  primaryRegion: string,
  drRegion: string,
  loadMs: number,
): LocalStack {
  return {
    vaultId: String(outputs.functionName),
    topicArn: String(outputs.topicArn),
    drKeyArn: String(outputs.drKeyArn),
    primaryRegion,
    drRegion,
    loadMs,
  };
}

/** The function of an earlier deployment must be stopped before: this one takes its folder. */
export async function deploy(
  { folder, work, emulator, make, logFile }: Place,
  config: StackConfig,
): Promise<Deployment> {
  const primaryRegion = config.values["aws:region"] ?? "";
  const drRegion = config.values[`${config.project}:drRegion`] ?? "";
  const program = await runProgram(folder, config, make);
  const declared = theResource(program, "aws:lambda/function:Function");
  const indexFile = await writeArchive(declared, folder, join(work, "archive"));
  const lambda = await startLambda(declared, indexFile, emulator.endpoint, primaryRegion, logFile);
  return { stack: stackOf(program, primaryRegion, drRegion, lambda.loadMs), lambda };
}
