/**
 * The vault on this machine: the emulated account, the stack of index.ts made in it, the archive in plain Node, and
 * one clock for all. Time passes as the schedules and the vault's own alarm clock say.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PublishCommand } from "@aws-sdk/client-sns";
import { isoSeconds } from "../vault/time";
import type { MetricPoint } from "./alarmEvaluator";
import { type Account, openAccount, subscribeMailbox } from "./account";
import { type Deployment, type LocalStack, type Place, deploy } from "./deployment";
import { type Emulator, startEmulator } from "./emulator";
import { type FakeScheduler, type Firing, fakeScheduler } from "./eventBridge";
import { hasNotice } from "./functionLog";
import type { Inventory } from "./inventory";
import type { Invocation } from "./lambda";
import { type ReceivedMail, takeMails } from "./mailbox";
import { pointsOf } from "./metrics";
import type { Program } from "./program";
import type { Progress } from "./python";
import { maker } from "./resources";
import type { StackConfig } from "./stackConfig";

export type OnInvocation = (invocation: Invocation) => void;

export interface LocalVault {
  stack: LocalStack;
  account: Account;
  emulator: Emulator;
  logFile: string;
  nowMs(): number;
  mails(): readonly ReceivedMail[];
  /** What CloudWatch would have got. */
  points(): readonly MetricPoint[];
  /** The stack as it was declared last. */
  program(): Program;
  /** Deploys the stack again with another configuration; what is in the account stays. */
  redeploy(config: StackConfig): Promise<void>;
  /** Wakes the function now, as a person does with `aws lambda invoke`. */
  wake(event: unknown): Promise<Invocation>;
  /** Lets time pass until `untilMs`, with every wake on the way. */
  runUntil(untilMs: number, onInvocation: OnInvocation): Promise<void>;
  stop(): Promise<void>;
}

interface Parts {
  place: Place;
  account: Account;
  deployed: Deployment;
  scheduler: FakeScheduler;
  queueUrl: string;
}

/** As Lambda tells an on-failure destination of an asynchronous invocation. */
function onFailureRecord(functionName: string, event: unknown, invocation: Invocation): string {
  return JSON.stringify({
    version: "1.0",
    timestamp: isoSeconds(invocation.nowMs),
    requestContext: { functionArn: functionName, condition: "RetriesExhausted" },
    requestPayload: event,
    responseContext: { statusCode: 200, functionError: "Unhandled" },
    responsePayload: invocation.error,
  });
}

async function bringUp(
  folder: string,
  work: string,
  config: StackConfig,
  inventory: Inventory,
  startMs: number,
  progress: Progress,
  emulator: Emulator,
): Promise<Parts> {
  const primaryRegion = config.values["aws:region"] ?? "";
  await emulator.setTime(startMs);
  progress(`loading ${inventory.source}: ${inventory.instances.length} instances`);
  await emulator.loadFleet(primaryRegion, inventory);
  progress(`building stack ${config.stack} from index.ts and writing the archive`);
  const account = openAccount(emulator.endpoint, primaryRegion);
  const logFile = join(work, "function.log");
  writeFileSync(logFile, "");
  const place = { folder, work, emulator, make: maker(account, primaryRegion), logFile };
  const deployed = await deploy(place, config);
  const { topicArn, vaultId } = deployed.stack;
  const queueUrl = await subscribeMailbox(account, topicArn);
  const scheduler = fakeScheduler(() => emulator.schedules(primaryRegion, vaultId), startMs);
  return { place, account, deployed, scheduler, queueUrl };
}

function run({ place, account, deployed, scheduler, queueUrl }: Parts, startMs: number) {
  const { emulator, logFile, work } = place;
  const { stack } = deployed;
  const received: ReceivedMail[] = [];
  const points: MetricPoint[] = [];
  let { lambda, program } = deployed;
  let nowMs = startMs;
  const wake = async (event: unknown): Promise<Invocation> => {
    await emulator.setTime(nowMs);
    const invocation = await lambda.invoke(event, nowMs);
    points.push(...pointsOf(stack.vaultId, nowMs, invocation));
    nowMs = invocation.nowMs;
    if (invocation.error !== undefined) {
      const Message = onFailureRecord(stack.vaultId, event, invocation);
      await account.sns.send(new PublishCommand({ TopicArn: stack.topicArn, Message }));
    }
    // A mail of notices alone fails nothing.
    const mayHaveMailed = invocation.error !== undefined || hasNotice(invocation.log);
    if (mayHaveMailed) {
      received.push(...(await takeMails(account, queueUrl, isoSeconds(nowMs))));
    }
    return invocation;
  };
  const fire = (firing: Firing): Promise<Invocation> => {
    nowMs = Math.max(nowMs, firing.atMs);
    scheduler.fired(firing);
    return wake(firing.event);
  };
  const vault: LocalVault = {
    stack,
    account,
    emulator,
    logFile,
    nowMs: () => nowMs,
    mails: () => received,
    points: () => points,
    program: () => program,
    redeploy: async (config) => {
      lambda.stop();
      ({ lambda, program } = await deploy(place, config));
    },
    wake,
    runUntil: async (untilMs, onInvocation) => {
      for (;;) {
        const firing = await scheduler.next();
        if (firing === undefined || firing.atMs > untilMs) break;
        onInvocation(await fire(firing));
      }
      nowMs = Math.max(nowMs, untilMs);
      await emulator.setTime(nowMs);
    },
    stop: async () => {
      lambda.stop();
      rmSync(work, { recursive: true, force: true });
      await emulator.stop();
    },
  };
  return vault;
}

/**
 * @param folder the project's root
 * @param home where the emulator's environment goes, and until the vault is stopped a folder of archive and log
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
  // Of this rehearsal alone: another one may go on beside it.
  const work = mkdtempSync(join(home, "run-"));
  try {
    const parts = await bringUp(folder, work, config, inventory, startMs, progress, emulator);
    return run(parts, startMs);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    await emulator.stop();
    throw error;
  }
}
