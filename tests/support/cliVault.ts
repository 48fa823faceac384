/**
 * A deployed vault on an emulated account, two hours after its last run, and the command `vault` as a person runs it on that
 * account. Lambda is a server of this test: it hands each invocation to the deployed archive.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inventoryOf } from "../../src/local/account/inventory";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { type LocalVault, startVault } from "../../src/local/runtime/localVault";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/vault/lib/time";
import { declaringAfar } from "./declaringAfar";
import { emulatorHome } from "./emulatorHome";

const ROOT = join(__dirname, "..", "..");
export const PRIMARY = "us-east-1";
export const DR = "us-west-2";

function instance(id: string, name: string, backup: string | undefined, volumeIds: readonly string[]) {
  const devices = ["/dev/xvda", "/dev/sdf"];
  return {
    InstanceId: id,
    InstanceType: "t3.small",
    Placement: { AvailabilityZone: "us-east-1a" },
    Tags: [{ Key: "Name", Value: name }, ...(backup === undefined ? [] : [{ Key: "backup", Value: backup }])],
    RootDeviceName: "/dev/xvda",
    BlockDeviceMappings: volumeIds.map((VolumeId, index) => ({ DeviceName: devices[index], Ebs: { VolumeId } })),
  };
}

const FLEET = [
  instance("i-0aaaaaaaaaaaa0001", "web-1", "True", ["vol-0aaaaaaaaaaaa0001", "vol-0aaaaaaaaaaaa0002"]),
  instance("i-0aaaaaaaaaaaa0002", "web-2", "True", ["vol-0aaaaaaaaaaaa0003"]),
  instance("i-0bbbbbbbbbbbb0003", "batch", "true ", ["vol-0aaaaaaaaaaaa0004"]),
];

/** A call of Lambda's Invoke, also of a function that is not there. */
interface Invoked {
  /** The access key. */
  caller: string;
  region: string;
  name: string;
}

/** Answers Lambda's Invoke with what the archive does. */
async function serveLambda(vault: LocalVault, events: unknown[], invocations: Invoked[]) {
  const server = createServer((request, response) => {
    const name = /\/functions\/([^/]+)\/invocations/.exec(request.url ?? "")?.[1];
    const scope = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "");
    invocations.push({ caller: scope?.[1] ?? "", region: scope?.[2] ?? "", name: name ?? "" });
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      const isHere = name === vault.stack.vaultId && (request.headers.authorization ?? "").includes(`/${PRIMARY}/`);
      if (!isHere) {
        response.setHeader("x-amzn-errortype", "ResourceNotFoundException");
        response.writeHead(404).end(JSON.stringify({ Message: `Function not found: ${String(name)}` }));
        return;
      }
      const event: unknown = JSON.parse(body);
      events.push(event);
      void vault.trigger(event).then(({ result, error }) => {
        if (error !== undefined) response.setHeader("x-amz-function-error", "Unhandled");
        response.writeHead(200).end(JSON.stringify(error ?? result));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface CliVault {
  vault: LocalVault;
  /** What the function was asked by the command. */
  events: unknown[];
  invocations: Invoked[];
  /** Runs the command as a person does, without a terminal. */
  run: (args: readonly string[], env?: Record<string, string>) => Promise<Ended>;
  env: Record<string, string>;
  stop: () => Promise<void>;
}

/** A command at work. */
export interface Running {
  /** Waits until it has written a text to standard error. */
  said: (text: string) => Promise<void>;
  interrupt: () => void;
  ended: Promise<Ended>;
}

/** Starts the command's own executable, without a terminal. */
export function startCli(args: readonly string[], env: Record<string, string | undefined>): Running {
  const child = spawn(process.execPath, [join(ROOT, "src/cli/vault.js"), ...args], {
    cwd: ROOT,
    env: { ...process.env, TZ: "UTC", XDG_CACHE_HOME: join(tmpdir(), "smart-vault-cli-cache"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => {
      resolve({ code, out, err });
    });
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (err.includes(text)) resolve();
      };
      child.stderr.on("data", look);
      child.on("close", () => {
        reject(new Error(`it ended without saying "${text}": ${err}`));
      });
      look();
    });
  return { said, ended, interrupt: () => child.kill("SIGINT") };
}

/** Runs the command's own executable to its end. */
export function runCli(args: readonly string[], env: Record<string, string | undefined>): Promise<Ended> {
  return startCli(args, env).ended;
}

/**
 * Deploys a vault whose daily run was two hours ago, and lets two runs pass.
 * @param overrides `key=value`, of the stack's configuration
 */
export async function startCliVault(name: string, overrides: readonly string[] = []): Promise<CliVault> {
  const runMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2 * HOUR_MS;
  const at = new Date(runMs);
  const schedule = `cron(${at.getUTCMinutes()} ${at.getUTCHours()} * * ? *)`;
  const config = loadStackConfig(ROOT, "dev", [
    `schedule=${schedule}`,
    "retentionDays=7",
    "startWindowHours=1",
    ...overrides,
  ]);
  const startMs = runMs - DAY_MS - 10 * MINUTE_MS;
  const inventory = inventoryOf({ Reservations: [{ Instances: FLEET }] }, undefined, PRIMARY);
  const vault = await startVault(
    { folder: ROOT, home: emulatorHome(name), config, inventory, startMs, declaring: declaringAfar },
    () => undefined,
  );
  await vault.runUntil(runMs + HOUR_MS + 50 * MINUTE_MS, () => undefined);
  const events: unknown[] = [];
  const invocations: Invoked[] = [];
  const lambda = await serveLambda(vault, events, invocations);
  const env = { AWS_ENDPOINT_URL: vault.emulator.endpoint, AWS_ENDPOINT_URL_LAMBDA: lambda.url, AWS_REGION: PRIMARY };
  return {
    vault,
    events,
    invocations,
    env,
    run: (args, extra = {}) => runCli(args, { ...env, ...extra }),
    stop: async () => {
      lambda.close();
      await vault.stop();
    },
  };
}
