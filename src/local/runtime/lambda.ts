/**
 * Runs the function on this machine: the archive that Pulumi would upload, on disk, by plain Node in a child process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { asset } from "@pulumi/pulumi";
import type { InvocationResult } from "../../vault/invocation";
import { partitionOf } from "../../iam/partition";
import { ACCOUNT_ID } from "../account/accountId";
import type { Declared } from "../deploy/declared";

export interface Invocation {
  /** The virtual time at the end. */
  nowMs: number;
  /** Output of the function: its log. */
  log: string;
  result?: InvocationResult;
  /** The error as Lambda sends it to an on-failure destination. */
  error?: { errorType: string; errorMessage: string };
}

export interface LocalLambda {
  /** Cold load of the module, in milliseconds. */
  loadMs: number;
  invoke(event: unknown, nowMs: number): Promise<Invocation>;
  stop(): void;
}

/** Writes the archive's files into a folder. Returns the path of the one with the handler. */
export async function writeArchive(lambda: Declared, folder: string): Promise<string> {
  const code = (await lambda.inputs.code) as asset.AssetArchive;
  const assets = await code.assets;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, one] of Object.entries(assets)) {
    const { text } = one as Partial<asset.StringAsset>;
    if (text === undefined) throw new Error(`archive: expected the text of ${file}`);
    writeFileSync(join(folder, file), await text);
  }
  return join(folder, "__index.js");
}

/**
 * Returns Lambda's own variables and the emulator's endpoint, and nothing of the user's, so that no real account is
 * reached.
 */
function environment(endpoint: string, region: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "function",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

interface Answer extends Invocation {
  id?: string;
  ready?: boolean;
  loadMs?: number;
}

function nextAnswer(child: ChildProcess, wanted: (answer: Answer) => boolean): Promise<Answer> {
  return new Promise((resolvePromise, reject) => {
    const onMessage = (answer: Answer) => {
      if (!wanted(answer)) return;
      child.off("message", onMessage);
      child.off("exit", onExit);
      resolvePromise(answer);
    };
    const onExit = (code: number | null) => {
      reject(new Error(`the function's process ended with code ${code ?? "none"}; see its log`));
    };
    child.on("message", onMessage);
    child.once("exit", onExit);
  });
}

/** Arguments of {@link startLambda}. */
export interface LambdaStart {
  lambda: Declared;
  /** The file that {@link writeArchive} wrote. */
  indexFile: string;
  /** Address of the emulated account. */
  endpoint: string;
  region: string;
  /** The file to which the function's log is appended. */
  logFile: string;
}

/** Starts the function's process and waits until its module is loaded. */
export async function startLambda(start: LambdaStart): Promise<LocalLambda> {
  const { lambda, indexFile, endpoint, region, logFile } = start;
  const name = String(lambda.inputs.name);
  const child = spawn(process.execPath, [join(__dirname, "lambdaRuntime.js"), indexFile], {
    env: environment(endpoint, region),
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const { loadMs = 0 } = await nextAnswer(child, (answer) => answer.ready === true);
  const timeoutMs = Number(lambda.inputs.timeout) * 1_000;
  return {
    loadMs,
    invoke: async (event, nowMs) => {
      const id = randomUUID();
      const context = {
        awsRequestId: id,
        invokedFunctionArn: `arn:${partitionOf(region)}:lambda:${region}:${ACCOUNT_ID}:function:${name}`,
        logGroupName: `/aws/lambda/${name}`,
        functionName: name,
      };
      const answered = nextAnswer(child, (candidate) => candidate.id === id);
      child.send({ id, event, nowMs, timeoutMs, context });
      const answer = await answered;
      appendFileSync(logFile, answer.log);
      return answer;
    },
    stop: () => {
      child.removeAllListeners("exit");
      child.kill();
    },
  };
}
