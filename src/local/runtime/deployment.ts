/** Deploys the stack as `pulumi up` does: runs index.ts, writes its archive, and starts the function from it. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Authorizer } from "../permissions/authorizer";
import { policiesOf } from "../permissions/declaredPolicies";
import type { Emulator } from "../emulator";
import { partitionOf } from "../../iam/partition";
import { type LocalLambda, startLambda, writeArchive } from "./lambda";
import { type Program, theResource } from "../deploy/declared";
import type { Declare } from "../deploy/declaring";
import type { KeyedRegion } from "../../vault/model/settings";
import type { StackConfig } from "../deploy/stackConfig";

/** The stack as a rehearsal knows it. */
export interface LocalStack {
  vaultId: string;
  primaryRegion: string;
  dr: KeyedRegion[];
  /** ARN of the key that snapshots are encrypted under in the primary region; absent: they are not. */
  primaryKeyArn?: string;
  topicArn: string;
  /** Cold load of the archive in plain Node, in milliseconds. */
  loadMs: number;
}

/** Source and destination of a stack; the same for all its deployments. */
export interface Place {
  /** Folder of the archives, each deployment's in a folder of its own. */
  work: string;
  emulator: Emulator;
  /** Decides the function's calls by the policies that were deployed last. */
  authorizer: Authorizer;
  declare: Declare;
  logFile: string;
}

export interface Deployment {
  stack: LocalStack;
  /** All that was declared. */
  program: Program;
  lambda: LocalLambda;
}

/** A deployment's program, where it is, and from when on. */
export interface DeployedProgram {
  program: Program;
  /** The primary region, where the alarms are. */
  region: string;
  fromMs: number;
}

/** Exports of index.ts that a rehearsal uses. */
interface Outputs {
  functionName: string;
  topicArn: string;
  keyArns: Record<string, string>;
  regions: { primary: string; dr: string[] };
}

function stackOf(program: Program, loadMs: number): LocalStack {
  const { functionName, topicArn, keyArns, regions } = program.outputs as unknown as Outputs;
  const dr = regions.dr.map((region) => ({ region, keyArn: keyArns[region] ?? "" }));
  const primaryKeyArn = keyArns[regions.primary];
  return {
    vaultId: functionName,
    topicArn,
    primaryRegion: regions.primary,
    dr,
    ...(primaryKeyArn !== undefined && { primaryKeyArn }),
    loadMs,
  };
}

/** Deploys the stack. The function of an earlier deployment must be stopped before: this one takes its place. */
export async function deploy(
  { work, emulator, authorizer, declare, logFile }: Place,
  config: StackConfig,
): Promise<Deployment> {
  const region = config.values["aws:region"] ?? "";
  const program = await declare(config);
  const lambda = theResource(program, "aws:lambda/function:Function");
  authorizer.use(policiesOf(program, partitionOf(region)));
  const archive = join(mkdtempSync(join(work, "deployment-")), "archive");
  const indexFile = await writeArchive(lambda, archive);
  const running = await startLambda({ lambda, indexFile, endpoint: emulator.endpoint, region, logFile });
  return { stack: stackOf(program, running.loadMs), program, lambda: running };
}
