/**
 * Runs the vault on this machine: the emulated account, the stack of index.ts made in it, the archive in plain Node,
 * and
 * one clock for all. Time passes as the schedules and the vault's own follow-up timer say.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PublishCommand } from "@aws-sdk/client-sns";
import { isoSeconds } from "../../vault/lib/time";
import type { MetricPoint } from "./alarmEvaluator";
import { type Authorizer, makeAuthorizer } from "../permissions/authorizer";
import { type Account, makeMailbox, openAccount, subscribeMailbox } from "../account/account";
import { type DeployedProgram, type Deployment, type LocalStack, type Place, deploy } from "./deployment";
import { type Emulator, startEmulator } from "../emulator";
import { type Firing, fakeScheduler } from "./eventBridge";
import { fakeHintQueue } from "./hints";
import type { Inventory } from "../account/inventory";
import type { Invocation } from "./lambda";
import { type ReceivedMail, takeMails } from "../account/mailbox";
import { pointsOf } from "./metrics";
import type { Program } from "../deploy/declared";
import type { Progress } from "../account/python";
import { type Declare, declaringHere } from "../deploy/declaring";
import type { StackConfig } from "../deploy/stackConfig";

/** The error by which the function reports problems (src/vault/invocation.ts). */
const BACKUP_FAILED = "BackupFailed";

export type OnInvocation = (invocation: Invocation) => void;

/** An invocation that ended in an error other than the one by which the function reports problems. */
export interface Crash {
  /** Time at which it ended, as an ISO instant of the rehearsal's clock. */
  at: string;
  errorType: string;
  errorMessage: string;
}

export interface LocalVault {
  /** The stack as it was deployed last. */
  readonly stack: LocalStack;
  account: Account;
  emulator: Emulator;
  /** Decides the function's calls. */
  authorizer: Authorizer;
  logFile: string;
  nowMs(): number;
  mails(): readonly ReceivedMail[];
  /** Invocations that ended without having reported why. */
  crashes(): readonly Crash[];
  /** Data points that CloudWatch would have got. */
  points(): readonly MetricPoint[];
  /** The stack as it was declared last. */
  program(): Program;
  /** The stack of each deployment, in order. */
  deployments(): readonly DeployedProgram[];
  /** Deploys the stack again with another configuration; what is in the account stays. */
  redeploy(config: StackConfig): Promise<void>;
  /** Invokes the function now, as a person does with `aws lambda invoke`. */
  trigger(event: unknown): Promise<Invocation>;
  /** Lets time pass until `untilMs`, with every invocation on the way. */
  runUntil(untilMs: number, onInvocation: OnInvocation): Promise<void>;
  stop(): Promise<void>;
}

interface Parts {
  place: Place;
  account: Account;
  deployed: Deployment;
  queueUrl: string;
}

/** Returns the record that Lambda sends to an on-failure destination of an asynchronous invocation. */
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

/** Arguments of {@link startVault}. */
export interface VaultStart {
  /** The project's root. */
  folder: string;
  /** Folder for the emulator's environment, and until the vault is stopped for archive and log. */
  home: string;
  config: StackConfig;
  inventory: Inventory;
  /** The time at which the vault is deployed. */
  startMs: number;
  /** Returns what runs the program for an account's endpoint and region; absent: this process does. */
  declaring?: (endpoint: string, primaryRegion: string) => Declare;
}

async function bringUp(
  { folder, config, inventory, startMs, declaring }: VaultStart,
  { work, emulator, authorizer }: Pick<Place, "work" | "emulator" | "authorizer">,
  progress: Progress,
): Promise<Parts> {
  const primaryRegion = config.values["aws:region"] ?? "";
  await emulator.setTime(startMs);
  progress(`loading ${inventory.source}: ${inventory.instances.length} instances`);
  await emulator.loadFleet(primaryRegion, inventory);
  progress(`building stack ${config.stack} from index.ts and writing the archive`);
  const account = openAccount(emulator.endpoint, primaryRegion);
  const logFile = join(work, "function.log");
  writeFileSync(logFile, "");
  const declare = declaring?.(emulator.endpoint, primaryRegion) ?? declaringHere(folder, account);
  const place = { work, emulator, authorizer, declare, logFile };
  const deployed = await deploy(place, config);
  const queueUrl = await makeMailbox(account);
  await subscribeMailbox(account, queueUrl, deployed.stack.topicArn);
  return { place, account, deployed, queueUrl };
}

/** Publishes a failure as Lambda does, to the on-failure destination, which is the vault's topic. */
async function publishFailure(
  { sns }: Account,
  { vaultId, topicArn, primaryRegion }: LocalStack,
  event: unknown,
  invocation: Invocation,
): Promise<void> {
  const Message = onFailureRecord(vaultId, event, invocation);
  await sns(primaryRegion).send(new PublishCommand({ TopicArn: topicArn, Message }));
}

/** Keeps the current deployment and those before it. */
function deploymentsOf({ place, account, deployed, queueUrl }: Parts, startMs: number) {
  let current = deployed;
  const known = ({ program, stack }: Deployment, fromMs: number): DeployedProgram => ({
    program,
    region: stack.primaryRegion,
    fromMs,
  });
  const all = [known(deployed, startMs)];
  return {
    current: () => current,
    all,
    redeploy: async (config: StackConfig, nowMs: number): Promise<void> => {
      const { topicArn } = current.stack;
      current.lambda.stop();
      current = await deploy(place, config);
      all.push(known(current, nowMs));
      const { topicArn: now } = current.stack;
      if (now !== topicArn) await subscribeMailbox(account, queueUrl, now);
    },
  };
}

/** Collects the mails and crashes of invocations. */
function outcomesOf({ account, queueUrl }: Parts) {
  const received: ReceivedMail[] = [];
  const crashes: Crash[] = [];
  return {
    received,
    crashes,
    /** Publishes a failure as Lambda does, and takes each mail when it is there. */
    heard: async (stack: LocalStack, event: unknown, invocation: Invocation): Promise<void> => {
      const { error, nowMs } = invocation;
      if (error !== undefined) await publishFailure(account, stack, event, invocation);
      received.push(...(await takeMails(account, queueUrl)));
      if (error !== undefined && error.errorType !== BACKUP_FAILED) {
        crashes.push({ at: isoSeconds(nowMs), ...error });
      }
    },
  };
}

function earlier(a: Firing | undefined, b: Firing | undefined): Firing | undefined {
  return a === undefined || (b !== undefined && b.atMs < a.atMs) ? b : a;
}

function run(parts: Parts, startMs: number): LocalVault {
  const { place, account } = parts;
  const { emulator, logFile, work } = place;
  const outcome = outcomesOf(parts);
  const points: MetricPoint[] = [];
  const deployments = deploymentsOf(parts, startMs);
  const stackNow = () => deployments.current().stack;
  let nowMs = startMs;
  const scheduler = fakeScheduler(
    () => emulator.schedules(stackNow().primaryRegion, stackNow().vaultId),
    () => nowMs,
  );
  const hints = fakeHintQueue(() => emulator.takeHints());
  const trigger = async (event: unknown): Promise<Invocation> => {
    const { lambda, stack } = deployments.current();
    await emulator.setTime(nowMs);
    const invocation = await lambda.invoke(event, nowMs);
    points.push(...pointsOf(stack.vaultId, nowMs, invocation));
    nowMs = invocation.nowMs;
    await outcome.heard(stack, event, invocation);
    return invocation;
  };
  const fire = (firing: Firing): Promise<Invocation> => {
    nowMs = Math.max(nowMs, firing.atMs);
    scheduler.fired(firing);
    hints.received(firing);
    return trigger(firing.event);
  };
  return {
    get stack() {
      return stackNow();
    },
    account,
    emulator,
    authorizer: place.authorizer,
    logFile,
    nowMs: () => nowMs,
    mails: () => outcome.received,
    crashes: () => outcome.crashes,
    points: () => points,
    program: () => deployments.current().program,
    deployments: () => deployments.all,
    redeploy: (config) => deployments.redeploy(config, nowMs),
    trigger,
    runUntil: async (untilMs, onInvocation) => {
      for (;;) {
        const firing = earlier(await scheduler.next(), await hints.next());
        if (firing === undefined || firing.atMs > untilMs) break;
        onInvocation(await fire(firing));
      }
      nowMs = Math.max(nowMs, untilMs);
      await emulator.setTime(nowMs);
    },
    stop: async () => {
      deployments.current().lambda.stop();
      rmSync(work, { recursive: true, force: true });
      await emulator.stop();
    },
  };
}

/** Deploys the vault on an emulated account of its own. */
export async function startVault(start: VaultStart, progress: Progress): Promise<LocalVault> {
  const { home, startMs } = start;
  mkdirSync(home, { recursive: true });
  const authorizer = makeAuthorizer();
  const emulator = await startEmulator(home, authorizer.answer, progress);
  // A folder of its own, because another rehearsal can run at the same time.
  const work = mkdtempSync(join(home, "run-"));
  try {
    const parts = await bringUp(start, { work, emulator, authorizer }, progress);
    return run(parts, startMs);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    await emulator.stop();
    throw error;
  }
}
