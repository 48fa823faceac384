/**
 * Runs `verify:aws` in this process on the emulator. It adds what moto lacks: session policies, and dry runs of
 * LockSnapshot. It can also add a twist: AWS answers one call differently.
 */
import { DescribeSnapshotsCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { STSClient } from "@aws-sdk/client-sts";
import { type Emulator, startEmulator } from "../../src/local/emulator";
import type { Clients } from "../../src/verify/clients";
import { type Run, runChecks } from "../../src/verify/run";
import { type Target, findTarget, wantedOf } from "../../src/verify/target";
import { emulatorHome } from "./emulatorHome";
import { type SentCall, authorize, ec2Refusal } from "./verifyIam";

const PRIMARY = "us-east-1";
const DR = "us-west-2";
export const ROLE = "arn:aws:iam::123456789012:role/restore";
const POLL_STEP_MS = 20_000;
const START_MS = Date.parse("2026-11-22T03:00:00Z");

/** Passes a call on, or answers in AWS's place. */
export type Twist = (call: SentCall, pass: () => Promise<object>) => Promise<object>;

interface Given {
  twist?: Twist;
  /** `closed`: one that nobody is allowed to assume. */
  role?: "none" | "open" | "closed";
  /** Start of the message at which Ctrl-C is pressed. */
  stopAt?: string;
}

export interface Outcome extends Run {
  calls: SentCall[];
}

export interface VerifyWorld {
  keyArn: string;
  /** Client of the caller, with nothing in between. */
  clients: Clients;
  disabledKey: () => Promise<string>;
  emulator: Emulator;
  run: (given?: Given) => Promise<Outcome>;
  /** Returns the ids of all volumes and snapshots that exist. */
  existing: () => Promise<string[]>;
  stop: () => Promise<void>;
}

const straight: Twist = (_call, pass) => pass();

/** @param policies by access key */
function clientsOf(
  endpoint: string,
  policies: Map<string, string>,
  { twist, calls, isClosed }: { twist: Twist; calls: SentCall[]; isClosed: boolean },
): Clients {
  const plain = (region: string) => new EC2Client({ region, endpoint });
  const ec2: Clients["ec2"] = (region, credentials) => {
    const client = new EC2Client({ region, endpoint, ...(credentials && { credentials }) });
    const key = typeof credentials === "object" ? credentials.accessKeyId : "";
    const tagsOf = async (SnapshotId: string) => {
      const command = new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] });
      return (await plain(region).send(command)).Snapshots?.[0]?.Tags ?? [];
    };
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const name = String(context.commandName).replace(/Command$/, "");
        const input = args.input as Record<string, unknown>;
        const policy = policies.get(key);
        const call: SentCall = { name, region, input, ...(policy !== undefined && { policy }) };
        calls.push(call);
        let response: unknown;
        const output = await twist(call, async () => {
          await authorize(call, tagsOf);
          if (name === "LockSnapshot" && input.DryRun === true) {
            throw ec2Refusal("DryRunOperation", "Request would have succeeded");
          }
          const passed = await next({ ...args, input: call.input });
          response = passed.response;
          return passed.output;
        });
        return { output: { $metadata: {}, ...output }, response };
      },
      { step: "serialize", priority: "high", name: "front" },
    );
    return client;
  };
  const sts = (region: string) => {
    const client = new STSClient({ region, endpoint });
    client.middlewareStack.add(
      (next) => async (args) => {
        if (isClosed && "RoleArn" in args.input) throw ec2Refusal("AccessDenied", "may not assume");
        const answer = await next(args);
        const { Policy } = args.input as { Policy?: string };
        const { Credentials } = answer.output as { Credentials?: { AccessKeyId?: string } };
        if (Policy !== undefined) policies.set(Credentials?.AccessKeyId ?? "", Policy);
        return answer;
      },
      { step: "initialize", name: "remember" },
    );
    return client;
  };
  return { ec2, sts, kms: (region) => new KMSClient({ region, endpoint }) };
}

async function makeKey(endpoint: string): Promise<string> {
  const kms = new KMSClient({ region: DR, endpoint });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const TargetKeyId = KeyMetadata?.KeyId ?? "";
  await kms.send(new CreateAliasCommand({ AliasName: "alias/smart-vault-dev", TargetKeyId }));
  return KeyMetadata?.Arn ?? "";
}

export async function startVerifyWorld(): Promise<VerifyWorld> {
  const emulator = await startEmulator(
    emulatorHome("verify"),
    () => ({}),
    () => undefined,
  );
  const { endpoint } = emulator;
  await emulator.setPending({ snapshot: 1, copy: 1 });
  const keyArn = await makeKey(endpoint);
  let nowMs = START_MS;
  const existing = async () => {
    const found = [PRIMARY, DR].map(async (region) => {
      const client = new EC2Client({ region, endpoint });
      const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({}));
      const { Volumes = [] } = await client.send(new DescribeVolumesCommand({}));
      return [...Snapshots.map((s) => s.SnapshotId), ...Volumes.map((v) => v.VolumeId)];
    });
    return (await Promise.all(found)).flat().map(String).sort();
  };
  const run: VerifyWorld["run"] = async ({ twist = straight, role = "open", stopAt } = {}) => {
    const calls: SentCall[] = [];
    const clients = clientsOf(endpoint, new Map(), { twist, calls, isClosed: role === "closed" });
    const controller = new AbortController();
    const options = { stack: "dev", timeoutMinutes: 30, yes: true, json: false };
    const wanted = wantedOf({ ...options, ...(role !== "none" && { role: ROLE }) });
    const target: Target = await findTarget(clients, wanted);
    const sleep = async (ms: number) => {
      nowMs += Math.max(ms, POLL_STEP_MS);
      await emulator.setTime(nowMs);
    };
    await sleep(0);
    const done = await runChecks(
      {
        clients,
        now: () => nowMs,
        sleep,
        signal: controller.signal,
        progress: (message) => {
          if (stopAt !== undefined && message.startsWith(stopAt)) controller.abort();
        },
      },
      target,
      30,
    );
    return { ...done, calls };
  };
  const clients = clientsOf(endpoint, new Map(), { twist: straight, calls: [], isClosed: false });
  const disabledKey = async () => {
    const kms = clients.kms(DR);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata?.KeyId }));
    return KeyMetadata?.Arn ?? "";
  };
  return { keyArn, clients, disabledKey, emulator, run, existing, stop: () => emulator.stop() };
}
