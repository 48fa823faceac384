/**
 * Tests the packed archive against what it is made of: the shapes of every call against the SDK's own, and a stack trace
 * against that of the sources.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import * as ec2 from "@aws-sdk/client-ec2";
import * as kms from "@aws-sdk/client-kms";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import { planVault } from "../../src/vault/plan/plan";
import type { PlanRequest } from "../../src/vault/plan/request";
import type { Packed } from "../../src/stack/archive/pack";
import { askDeclarer } from "../support/declarerClient";
import { type Unpacked, unpack } from "../support/stackArchive";

const SDK: Record<string, unknown> = { ...ec2, ...kms, ...scheduler, ...sns, ...sqs };

let packed: Packed;
let unpacked: Unpacked;
let packages: Record<string, unknown>;

beforeAll(async () => {
  process.env.AWS_REGION = "us-east-1";
  packed = await askDeclarer<Packed>({ kind: "packed" });
  unpacked = unpack(packed.files);
  packages = createRequire(join(unpacked.folder, "__index.js"))("./__packages.js") as Record<string, unknown>;
});

afterAll(() => {
  unpacked.remove();
});

type Paginate = (config: { client: unknown }, input: object) => AsyncGenerator;
type Command = new (input: object) => { schema: unknown };

/** Returns the schema of a command, or of the command that a paginator sends. */
async function schemaOf(from: Record<string, unknown>, name: string): Promise<unknown> {
  if (name.endsWith("Command")) return new (from[name] as Command)({}).schema;
  const client = new (from.EC2Client as typeof ec2.EC2Client)({ region: "us-east-1" });
  let sent: { schema: unknown } | undefined;
  client.send = (command: unknown) => {
    sent = command as { schema: unknown };
    return Promise.resolve({});
  };
  await (from[name] as Paginate)({ client }, {}).next();
  return sent?.schema;
}

/** Writes a schema out with every shape that it refers to, each once. */
function shapesIn(schema: unknown): unknown {
  const known: unknown[] = [];
  const plain = (value: unknown): unknown => {
    if (typeof value === "function") return plain((value as () => unknown)());
    if (typeof value !== "object" || value === null) return value;
    if (known.includes(value)) return `shape ${known.indexOf(value)}`;
    known.push(value);
    if (Array.isArray(value)) return value.map(plain);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
  };
  return plain(schema);
}

test("has in every call the shapes of the SDK", async () => {
  const calls = Object.keys(packages).filter((name) => /Command$|^paginate/.test(name));
  expect(calls.length).toBeGreaterThan(15);
  for (const name of calls) {
    const [own, theirs] = [shapesIn(await schemaOf(packages, name)), shapesIn(await schemaOf(SDK, name))];
    expect(JSON.stringify(own).length).toBeGreaterThan(100);
    expect([name, own]).toStrictEqual([name, theirs]);
  }
});

/** Returns the names of the functions in a stack trace, from where the error was made up to the plan. */
function functionsIn(stack: string): string[] {
  const names = [...stack.matchAll(/^ +at (?:async )?([\w.<>]+) \(/gm)].map(([, name = ""]) => name);
  return names.slice(0, names.indexOf("planVault") + 1);
}

/** Makes a plan fail deep inside. */
function failing(plan: (request: PlanRequest) => unknown): string {
  const settings = {
    get dr(): never {
      throw new Error("no regions");
    },
  };
  const world = { problems: [], keys: {}, copies: {} };
  const inventory = { primary: { own: [] }, clear: [] };
  try {
    plan({ world, inventory, settings } as unknown as PlanRequest);
  } catch (error) {
    return (error as Error).stack ?? "";
  }
  return "";
}

test("names in a stack trace the functions that the sources name, and says where each is", () => {
  const text = `${packed.files["__index.js"] ?? ""}\nexports.planVault = __planVault;\n`;
  const { folder } = unpack({ ...packed.files, "__index.js": text.replace(/^exports\.handler = .*$/m, "") });
  const index = join(folder, "__index.js");
  const own = createRequire(index)(index) as { planVault: typeof planVault };
  const stack = failing(own.planVault);
  expect(functionsIn(stack)).toStrictEqual(functionsIn(failing(planVault)));
  expect(functionsIn(stack).length).toBeGreaterThan(1);
  expect(stack).toMatch(/ at planVault \(.*__index\.js:\d+:\d+\)$/m);
});
