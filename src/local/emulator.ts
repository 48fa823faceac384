/** The emulated account: starts moto's server, moves its clock, loads a fleet, counts calls, and stops it. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Answer, Question } from "./permissions/authorizer";
import { type Progress, emulatorPython } from "./account/python";
import { type CallCount, type Switches, openSwitches } from "./account/switches";
import type { RecordedCall } from "./permissions/wireCall";

interface Fleet {
  /** Instances as DescribeInstances returns them. */
  instances: readonly unknown[];
  /** Volumes as DescribeVolumes returns them; a volume that is not here gets 8 GiB of gp3. */
  volumes: readonly unknown[];
}

/** A schedule as GetSchedule returns it. */
export interface KnownSchedule {
  Name: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  State: "ENABLED" | "DISABLED";
  Target: { Input?: string };
}

/** A message that the function sent to a queue. */
export interface DelayedMessage {
  queueUrl: string;
  body: string;
  /** When it can be received. */
  atMs: number;
}

export interface Emulator extends Switches {
  endpoint: string;
  setTime(nowMs: number): Promise<void>;
  loadFleet(region: string, fleet: Fleet): Promise<void>;
  /** Returns all schedules of a group, as they are now. */
  schedules(region: string, groupName: string): Promise<KnownSchedule[]>;
  /** Returns the messages that the function has sent since the last call. */
  takeHints(): Promise<DelayedMessage[]>;
  /** Counts the function's calls so far. */
  calls(): Promise<CallCount[]>;
  resetCalls(): Promise<void>;
  /** Records each call of an access key from now on; `function` is the function's. */
  recordCalls(caller?: string): Promise<void>;
  recordedCalls(caller?: string): Promise<RecordedCall[]>;
  stop(): Promise<void>;
}

const HERE = join(__dirname, "account", "emulator");
const START_TIMEOUT_MS = 60_000;

async function ask(endpoint: string, path: string, body: unknown = {}): Promise<unknown> {
  const response = await fetch(`${endpoint}/vault/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { error?: string };
  if (!response.ok) throw new Error(`emulator: ${path}: ${answer.error ?? response.statusText}`);
  return answer;
}

async function send(endpoint: string, path: string, body?: unknown): Promise<void> {
  await ask(endpoint, path, body);
}

/** Waits for the line that names the port; what Python says on standard error is shown if it does not come. */
function portOf(child: ReturnType<typeof spawnEmulator>): Promise<number> {
  return new Promise((resolve, reject) => {
    const errors: string[] = [];
    child.stderr.on("data", (data: Buffer) => errors.push(data.toString()));
    const fail = (why: string) => {
      reject(new Error(`the emulator did not start: ${why}\n${errors.join("")}`));
    };
    const timer = setTimeout(() => {
      fail(`no answer in ${START_TIMEOUT_MS / 1_000} s`);
    }, START_TIMEOUT_MS);
    child.on("exit", (code) => {
      clearTimeout(timer);
      fail(`exit code ${code ?? "none"}`);
    });
    createInterface({ input: child.stdout }).once("line", (line) => {
      clearTimeout(timer);
      resolve((JSON.parse(line) as { port: number }).port);
    });
  });
}

function spawnEmulator(python: string) {
  return spawn(python, ["-B", join(HERE, "emulator.py")], {
    // The last two are for what it asks before each call of the function, and the answers.
    stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
  });
}

/** Answers each line that the emulator asks. A question that can't be answered fails its call, with the message. */
function answerQuestions(child: ReturnType<typeof spawnEmulator>, answer: (question: Question) => Answer): void {
  const [, , , questions, answers] = child.stdio as unknown as [Writable, Readable, Readable, Readable, Writable];
  createInterface({ input: questions }).on("line", (line) => {
    let text: string;
    try {
      text = JSON.stringify(answer(JSON.parse(line) as Question));
    } catch (error) {
      text = JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
    }
    answers.write(`${text}\n`);
  });
}

/**
 * @param home where the virtual environment is, or is made
 * @param answer decides whether a call of the function is carried out
 */
export async function startEmulator(
  home: string,
  answer: (question: Question) => Answer,
  progress: Progress,
): Promise<Emulator> {
  const python = await emulatorPython(home, join(HERE, "requirements.txt"), progress);
  progress("starting the emulated account");
  // It ends when its standard input closes: also when this process is killed without a word.
  const child = spawnEmulator(python);
  answerQuestions(child, answer);
  const port = await portOf(child);
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    ...openSwitches((path, body) => ask(endpoint, path, body)),
    endpoint,
    setTime: (nowMs) => send(endpoint, "clock", { nowMs }),
    loadFleet: (region, fleet) => send(endpoint, "fleet", { region, ...fleet }),
    schedules: async (region, groupName) =>
      (await ask(endpoint, "schedules", { region, groupName })) as KnownSchedule[],
    takeHints: async () => (await ask(endpoint, "hints")) as DelayedMessage[],
    calls: async () => (await ask(endpoint, "calls")) as CallCount[],
    resetCalls: () => send(endpoint, "calls/reset"),
    recordCalls: (caller = "function") => send(endpoint, "calls/record", { caller }),
    recordedCalls: async (caller = "function") => (await ask(endpoint, "calls/recorded", { caller })) as RecordedCall[],
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) {
          resolve();
          return;
        }
        child.removeAllListeners("exit");
        child.once("exit", () => {
          resolve();
        });
        child.stdin.end();
        child.kill();
      }),
  };
}
