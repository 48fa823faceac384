/**
 * Models a call on its way: latency, the SDK's retries, lost answers, and the function killed on the way. Every step is
 * an event of virtual time, so two invocations at once interleave call by call, and the same for the same seed.
 */
import type { DescribeSnapshotsCommandOutput } from "@aws-sdk/client-ec2";
import { EC2_ANSWER_MS, REPORT_ANSWER_MS } from "../../src/vault/aws/clients";
import { type Account, strikes } from "./account";
import type { Aws } from "./aws";
import { isThrottling, isTransient, noAnswer } from "./awsError";
import { type Call, callOf } from "../../src/iam/call";
import { subjectOf } from "./callSubject";
import { checkStale } from "./hintRules";
import type { ClientTraits } from "./interception";
import type { Invocation } from "./invocation";
import type { Tellings } from "./tellings";
import { noteRefused, noteSent } from "./tryRules";

/** The timeout of a PUT (src/vault/aws/s3.ts). */
const PUT_HANG_MS = 5_000;
/** Reads whose failure excuses nothing, because no snapshot, copy or report depends on them. */
const OPTIONAL: readonly string[] = [
  "DescribeSubnets",
  "DescribeInstanceCreditSpecifications",
  "DescribeInstanceAttribute",
] satisfies Call["name"][];
/** Calls that a notification depends on. */
const REPORTING = ["GetSchedule", "UpdateSchedule", "Publish"];
/** The SDK doubles from here, with a random share of it. */
const BACKOFF_MS = { throttled: 500, transient: 100, most: 20_000 };

/** Metadata that the SDK adds to every answer. */
const ANSWERED = { httpStatusCode: 200, requestId: "r-simulated" };

/** Ends an invocation silently. */
export type Kill = (invocation: Invocation, why: string) => void;

interface Answer {
  output?: object;
  error?: Error;
}

interface Sending {
  invocation: Invocation;
  traits: ClientTraits;
  call: Call;
  attempt: number;
  settle: (answer: Answer) => void;
}

function describe({ invocation, call, traits }: Sending, end: string): string {
  return `${invocation.id} ${call.name} ${traits.region} ${subjectOf(call)} ${end}`;
}

/** Records a call without words that people read, in a mail or in the timer's payload. */
function tellCall({ story }: Account, sending: Sending, end: string): void {
  const { invocation, call, traits } = sending;
  const subject = REPORTING.includes(call.name) ? "" : subjectOf(call);
  const asked = `${invocation.id} ${call.name} ${traits.region} ${subject} ${end}`;
  story.call(describe(sending, end), asked);
}

function mayRetry({ traits, attempt }: Sending, error: Error): boolean {
  if (attempt >= traits.attempts) return false;
  return isThrottling(error) || (traits.retriesTransient && isTransient(error));
}

/** Returns how long the client waits for an answer. */
function hangMsOf(call: string): number {
  if (call === "PutObject") return PUT_HANG_MS;
  return call === "SendMessage" || REPORTING.includes(call) ? REPORT_ANSWER_MS : EC2_ANSWER_MS;
}

/** Executes the call in AWS; an answer that is lost is lost after the effect. */
function takeEffect(account: Account, aws: Aws, tellings: Tellings, sending: Sending): Answer {
  const { invocation, traits, call } = sending;
  const touchesMemory = REPORTING.includes(call.name);
  account.story.count(`call: ${call.name}`);
  if (call.name === "DescribeSnapshotAttribute") invocation.sharingReads += 1;
  try {
    const output = { ...aws(invocation, traits.region, call), $metadata: ANSWERED };
    if (!strikes(account, "lost answer", account.faults.calls.lostAnswer)) return { output };
    if (touchesMemory) tellings.silenced();
    return { error: noAnswer() };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!("$metadata" in error)) account.story.violate("model", error.stack ?? error.message);
    if (touchesMemory) tellings.silenced();
    account.story.count(`refused: ${error.name}`);
    return { error };
  }
}

export function makeWire(account: Account, aws: Aws, tellings: Tellings, kill: Kill) {
  const { time, faults, random } = account;
  const latencyMs = () => random.skewed(...faults.nature.latencyMs) / 2;

  /** Reads the answers of an invocation one after the other, on one processor. */
  const whenRead = (invocation: Invocation, output: object | undefined): number => {
    const arrivesMs = time.nowMs() + latencyMs();
    if (faults.nature.readMs === 0) return arrivesMs;
    const records = (output as DescribeSnapshotsCommandOutput | undefined)?.Snapshots?.length ?? 0;
    const fromMs = Math.max(arrivesMs, invocation.readingMs);
    return (invocation.readingMs = fromMs + records * faults.nature.readMs);
  };

  const answer = (sending: Sending, { output, error }: Answer) => {
    const { invocation } = sending;
    if (invocation.over) return;
    if (error !== undefined && mayRetry(sending, error)) {
      const base = isThrottling(error) ? BACKOFF_MS.throttled : BACKOFF_MS.transient;
      const delayMs = Math.min(BACKOFF_MS.most, base * 2 ** (sending.attempt - 1)) * random.next();
      sending.attempt += 1;
      time.after(delayMs, () => {
        depart(sending);
      });
      return;
    }
    if (error !== undefined) {
      const { call, traits } = sending;
      if (call.name.startsWith("Describe") && !OPTIONAL.includes(call.name)) invocation.readsFailed.push(call.name);
      if (REPORTING.includes(call.name)) invocation.isUnheard = true;
      if (call.name.endsWith("Schedule")) account.looks.lostMs = time.nowMs();
      noteRefused(invocation, traits.region, call, error.name);
    }
    sending.settle({ output, error });
  };

  const arrive = (sending: Sending) => {
    const { invocation, call } = sending;
    if (strikes(account, "hang", faults.calls.hang)) {
      tellCall(account, sending, "hangs");
      const hangMs = hangMsOf(call.name);
      invocation.hungMs += hangMs;
      if (REPORTING.includes(call.name)) tellings.silenced();
      time.after(hangMs, () => {
        answer(sending, { error: noAnswer() });
      });
      return;
    }
    const result = takeEffect(account, aws, tellings, sending);
    tellCall(account, sending, result.error === undefined ? "ok" : result.error.name);
    if (!invocation.over && strikes(account, "killed after", faults.calls.killAfter)) {
      kill(invocation, `killed after ${call.name}`);
    }
    time.at(whenRead(invocation, result.output), () => {
      answer(sending, result);
    });
  };

  const depart = (sending: Sending) => {
    const { invocation, call } = sending;
    if (invocation.over) return;
    if (strikes(account, "killed before", faults.calls.killBefore)) {
      kill(invocation, `killed before ${call.name}`);
      return;
    }
    if (strikes(account, "frozen", faults.calls.freeze)) {
      // Nothing continues in this process until Lambda ends it.
      time.at(invocation.endMs, () => {
        kill(invocation, `frozen at ${call.name}, timed out`);
      });
      invocation.over = true;
      return;
    }
    time.after(latencyMs(), () => {
      arrive(sending);
    });
  };

  /** Sends a call; the promise settles when its answer arrives, or never when the function dies before. */
  return (invocation: Invocation, traits: ClientTraits, command: never, onSettled: () => void): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const settle = ({ output, error }: Answer) => {
        onSettled();
        if (error === undefined) resolve(output);
        else reject(error);
      };
      invocation.calls += 1;
      const call = callOf(command);
      noteSent(account, invocation, traits.region, call);
      checkStale(account, invocation, call);
      depart({ invocation, traits, call, attempt: 1, settle });
    });
}
