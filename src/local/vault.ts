/**
 * The vault on this machine: the emulated account, the stack of index.ts made in it, the archive in plain Node, and
 * one clock for all. Time passes as the schedules and the vault's own alarm clock say.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PublishCommand } from "@aws-sdk/client-sns";
import { isoSeconds } from "../vault/time";
import { type Account, maker, openAccount, subscribeMailbox } from "./account";
import { type Emulator, startEmulator } from "./emulator";
import { type FakeScheduler, type Firing, fakeScheduler } from "./eventBridge";
import type { Inventory } from "./inventory";
import { type Invocation, type LocalLambda, startLambda, writeArchive } from "./lambda";
import { hasNotice } from "./functionLog";
import { type ReceivedMail, takeMails } from "./mailbox";
import { type Program, runProgram, theResource } from "./program";
import type { Progress } from "./python";
import type { StackConfig } from "./stackConfig";

/** What a rehearsal wants to know of the stack. */
interface LocalStack {
  vaultId: string;
  primaryRegion: string;
  drRegion: string;
  drKeyArn: string;
  topicArn: string;
  /** Cold load of the archive in plain Node, in milliseconds. */
  loadMs: number;
}

type OnInvocation = (firing: Firing, invocation: Invocation) => void;

export interface LocalVault {
  stack: LocalStack;
  account: Account;
  emulator: Emulator;
  logFile: string;
  nowMs(): number;
  mails(): readonly ReceivedMail[];
  /** Lets time pass until `untilMs`, with every wake on the way. */
  runUntil(untilMs: number, onInvocation: OnInvocation): Promise<void>;
  stop(): Promise<void>;
}

interface Parts {
  emulator: Emulator;
  account: Account;
  stack: LocalStack;
  lambda: LocalLambda;
  scheduler: FakeScheduler;
  queueUrl: string;
  logFile: string;
}

/** As Lambda tells an on-failure destination of an asynchronous invocation. */
function failureRecord(functionName: string, firing: Firing, invocation: Invocation): string {
  return JSON.stringify({
    version: "1.0",
    timestamp: isoSeconds(invocation.nowMs),
    requestContext: { functionArn: functionName, condition: "RetriesExhausted" },
    requestPayload: firing.event,
    responseContext: { statusCode: 200, functionError: "Unhandled" },
    responsePayload: invocation.error,
  });
}

async function bringUp(
  folder: string,
  home: string,
  config: StackConfig,
  inventory: Inventory,
  startMs: number,
  progress: Progress,
  emulator: Emulator,
): Promise<Parts> {
  const primaryRegion = config.values["aws:region"] ?? "";
  const drRegion = config.values[`${config.project}:drRegion`] ?? "";
  await emulator.setTime(startMs);
  progress(`loading ${inventory.source}: ${inventory.instances.length} instances`);
  await emulator.loadFleet(primaryRegion, inventory);
  progress(`building stack ${config.stack} from index.ts and writing the archive`);
  const account = openAccount(emulator.endpoint, primaryRegion, drRegion);
  const program = await runProgram(folder, config, maker(account, primaryRegion));
  const declared = theResource(program, "aws:lambda/function:Function");
  const indexFile = await writeArchive(declared, folder, join(home, "archive"));
  const logFile = join(home, "function.log");
  const lambda = await startLambda(declared, indexFile, emulator.endpoint, primaryRegion, logFile);
  const stack = stackOf(program, primaryRegion, drRegion, lambda.loadMs);
  const queueUrl = await subscribeMailbox(account, stack.topicArn);
  const schedules = () => emulator.schedules(primaryRegion, stack.vaultId);
  const scheduler = fakeScheduler(schedules, startMs);
  return { emulator, account, stack, lambda, scheduler, queueUrl, logFile };
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

function run(parts: Parts, startMs: number): LocalVault {
  const { emulator, account, stack, lambda, scheduler, queueUrl, logFile } = parts;
  const received: ReceivedMail[] = [];
  let nowMs = startMs;
  const fire = async (firing: Firing): Promise<Invocation> => {
    nowMs = Math.max(nowMs, firing.atMs);
    await emulator.setTime(nowMs);
    scheduler.fired(firing);
    const invocation = await lambda.invoke(firing.event, nowMs);
    nowMs = invocation.nowMs;
    if (invocation.error !== undefined) {
      const Message = failureRecord(stack.vaultId, firing, invocation);
      await account.sns.send(new PublishCommand({ TopicArn: stack.topicArn, Message }));
    }
    // A mail of notices alone fails nothing.
    const mayHaveMailed = invocation.error !== undefined || hasNotice(invocation.log);
    if (mayHaveMailed) {
      received.push(...(await takeMails(account, queueUrl, isoSeconds(nowMs))));
    }
    return invocation;
  };
  return {
    stack,
    account,
    emulator,
    logFile,
    nowMs: () => nowMs,
    mails: () => received,
    runUntil: async (untilMs, onInvocation) => {
      for (;;) {
        const firing = await scheduler.next();
        if (firing === undefined || firing.atMs > untilMs) break;
        onInvocation(firing, await fire(firing));
      }
      nowMs = Math.max(nowMs, untilMs);
      await emulator.setTime(nowMs);
    },
    stop: async () => {
      lambda.stop();
      await emulator.stop();
    },
  };
}

/**
 * @param folder the project's root
 * @param home where the environment, the archive and the log go
 * @param startMs the time that the vault is deployed at
 */
export async function startVault(
  folder: string,
  home: string,
  config: StackConfig,
  inventory: Inventory,
  startMs: number,
  progress: Progress,
): Promise<LocalVault> {
  mkdirSync(home, { recursive: true });
  const emulator = await startEmulator(home, progress);
  try {
    return run(
      await bringUp(folder, home, config, inventory, startMs, progress, emulator),
      startMs,
    );
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
