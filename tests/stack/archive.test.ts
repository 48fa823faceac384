/**
 * Tests the code archive of the function, taken from the stack and run in plain Node. Pulumi's serializer silently
 * breaks some things, and the archive is packed (docs/adr/0026), so its handler must do what the source's handler does.
 */
import { isBuiltin } from "node:module";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { createHandler } from "../../src/vault/lambda";
import {
  type ArchiveFiles,
  type Unpacked,
  invokeArchive,
  loadMs,
  packedBytes,
  settingsIn,
  unpack,
} from "../support/stackArchive";
import { declareHere, readArchive, summaryOf } from "../support/stackHere";
import { ROOT, declareStack, inputsOf } from "../support/stackProgram";
import { type FakeAws, FUNCTION_ARN, SLOT, phases, startFakeAws } from "../support/stackServer";
import { SETTINGS } from "../support/stackSettings";

/** Every cold start reads and parses all of the archive. */
const MAX_PACKED_BYTES = 0.35 * 2 ** 20;
const MAX_LOAD_MS = 1_000;

const SECRET_IN_CONFIG = "a-secret-of-the-config";
const SECRET_IN_ENVIRONMENT = "a-secret-of-the-environment";

const RUN = { kind: "run", slot: SLOT };
const CONTEXT = {
  awsRequestId: "run-1",
  invokedFunctionArn: FUNCTION_ARN,
  logGroupName: "/aws/lambda/smart-vault-prod",
};

let files: ArchiveFiles;
/** `__index.js`: the functions and the settings. */
let index: string;
let isSecret: boolean;
let unpacked: Unpacked;
let aws: FakeAws;

beforeAll(async () => {
  process.env.AWS_SECRET_ACCESS_KEY = SECRET_IN_ENVIRONMENT;
  const stack = await declareHere("prod", [`aws:secretKey=${SECRET_IN_CONFIG}`]);
  const { code } = inputsOf(stack, "aws:lambda/function:Function", "smart-vault-prod");
  isSecret = pulumi.Output.isInstance(code) || !(code instanceof pulumi.asset.AssetArchive);
  files = await readArchive(code);
  index = files["__index.js"] ?? "";
  unpacked = unpack(files);
  aws = await startFakeAws(SETTINGS);
});

afterAll(async () => {
  unpacked.remove();
  await aws.close();
});

beforeEach(() => {
  aws.requests.length = 0;
  aws.denyInstances = false;
});

/** Runs the same invocation from the source, in this process. */
async function invokeSource(event: unknown) {
  process.env.AWS_ENDPOINT_URL = aws.endpoint;
  process.env.POWERTOOLS_METRICS_DISABLED = "true";
  const handler = createHandler(SETTINGS);
  return handler(event, { ...CONTEXT, getRemainingTimeInMillis: () => 600_000 });
}

/** Returns what a text requires or imports, sorted; the whole call where that is no literal. */
function modulesIn(text: string): string[] {
  const file = ts.createSourceFile("file.js", text, ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS);
  const found = new Set<string>();
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && /^(require|import)$/.test(node.expression.getText(file))) {
      const [name] = node.arguments;
      found.add(name && ts.isStringLiteral(name) ? name.text : node.getText(file));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found].sort();
}

/** Removes the time of the next follow-up, in which the results of two invocations differ. */
function withoutNextFollowUp(result: unknown): unknown {
  return { ...(result as object), nextFollowUp: "" };
}

describe("the archive", () => {
  test("has the function, the packages in one file, their notices, and no other file", () => {
    expect(Object.keys(files).sort()).toStrictEqual(["THIRD-PARTY-NOTICES.txt", "__index.js", "__packages.js"]);
  });

  test("requires nothing but Node's own modules and its own packages", () => {
    expect(modulesIn(index)).toStrictEqual(["./__packages.js", "crypto"]);
    const modules = modulesIn(files["__packages.js"] ?? "");
    expect(modules).toContain("node:https");
    expect(modules.filter((name) => !isBuiltin(name))).toStrictEqual([]);
  });

  test("looks up no name through a `with`, which strict mode forbids", () => {
    expect([index, files["__packages.js"]].map((text) => text?.split("\n")[0])).toStrictEqual(
      Array(2).fill('"use strict";'),
    );
    expect(index).not.toContain("with ({");
    expect(index).not.toContain("with({");
    expect(index.match(/^const __\w+ = (async )?(function|\()/gm)?.length).toBeGreaterThan(600);
  });

  test("has the settings as one plain literal", () => {
    expect(settingsIn({ text: index })).toStrictEqual(SETTINGS);
  });

  test("contains no secret of the config or the environment, and is not a secret itself", () => {
    expect(isSecret).toBe(false);
    for (const text of Object.values(files)) {
      expect(text).not.toContain(SECRET_IN_CONFIG);
      expect(text).not.toContain(SECRET_IN_ENVIRONMENT);
    }
    // The SDK's own text names the variables that it reads.
    expect(index).not.toMatch(/AWS_SECRET|AWS_ACCESS_KEY/);
  });

  test("has no coverage counters and no path of the machine on which it was made", () => {
    expect(index).not.toContain("cov_");
    for (const text of Object.values(files)) {
      expect(text).not.toContain(ROOT);
      expect(text).not.toContain(`${homedir()}/`);
    }
  });

  test("is the same to the byte when plain Node packs the program, as `pulumi up` does", async () => {
    const { archive } = await declareStack("prod");
    expect(archive).toStrictEqual(summaryOf(files));
  });

  test("is small and loads fast", () => {
    const times = [1, 2, 3].map(() => loadMs(unpacked)).sort((a, b) => a - b);
    const packed = packedBytes(unpacked, files);
    const unpackedBytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    console.info(
      `archive: ${packed} bytes as tar.gz, ${unpackedBytes} unpacked; cold load ${Math.round(times[1]!)} ms (median of 3)`,
    );
    expect(packed).toBeLessThan(MAX_PACKED_BYTES);
    expect(times[1]).toBeLessThan(MAX_LOAD_MS);
  });
});

describe("the archive's handler", () => {
  test("asks AWS in a run for the same as the source does, and gives the same result", async () => {
    const { answer, stderr } = await invokeArchive(unpacked, aws.endpoint, RUN, CONTEXT);
    expect(answer.error).toBeUndefined();
    expect(stderr).toBe("");
    const asked = phases(aws.requests);

    aws.requests.length = 0;
    const result = await invokeSource(RUN);

    expect(asked).toStrictEqual(phases(aws.requests));
    expect(asked.map(({ phase }) => phase)).toStrictEqual([
      "clock",
      "read",
      "write",
      // The holds on the snapshots that are too old.
      "read",
      "write",
      "audit",
      "clock",
    ]);
    expect(withoutNextFollowUp(answer.result)).toStrictEqual(withoutNextFollowUp(JSON.parse(JSON.stringify(result))));
  });

  test("snapshots the set in a run, copies what has no copy and deletes what is too old", async () => {
    const { answer } = await invokeArchive(unpacked, aws.endpoint, RUN, CONTEXT);
    const writes = aws.requests.filter(({ phase }) => phase === "write");
    expect(
      writes.map(({ region, action, parameters }) => [
        region,
        action,
        parameters["InstanceSpecification.InstanceId"] ?? parameters.SourceSnapshotId ?? parameters.SnapshotId,
      ]),
    ).toStrictEqual(
      expect.arrayContaining([
        ["us-east-1", "CreateSnapshots", "i-1"],
        ["us-west-2", "CopySnapshot", "snap-new"],
        ["us-east-1", "DeleteSnapshot", "snap-old"],
      ]),
    );
    expect(writes).toHaveLength(3);
    expect(answer.result).toMatchObject({
      vaultId: "smart-vault-prod",
      counts: { snapshots: 2, copies: 1, deletions: 1, failed: 0 },
      problems: [],
    });
  });

  test("logs one JSON object per line, and writes metrics in the embedded format", async () => {
    const { stdout } = await invokeArchive(unpacked, aws.endpoint, RUN, CONTEXT);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const metrics = lines.filter((line) => "_aws" in line);
    const service = "smart-vault-prod";
    expect(metrics).toMatchObject([
      {
        service,
        RunsCompleted: 1,
        _aws: { CloudWatchMetrics: [{ Namespace: "SmartVault", Dimensions: [["service"]] }] },
      },
      { service, region: "us-east-1", SnapshotsStarted: 2, SnapshotsDeleted: 1 },
      { service, region: "us-west-2", CopiesStarted: 1 },
    ]);
    const finished = lines.find(({ message }) => message === "finished");
    expect(finished).toMatchObject({ service: "smart-vault-prod", runId: "run-1" });
  });

  test("makes no snapshot in a sweep alone, and sets the timer only for what the copy needs", async () => {
    await invokeArchive(unpacked, aws.endpoint, { kind: "sweep" }, CONTEXT);
    const asked = phases(aws.requests);
    aws.requests.length = 0;
    await invokeSource({ kind: "sweep" });
    expect(asked).toStrictEqual(phases(aws.requests));
    expect(asked.flatMap(({ calls }) => calls).join("\n")).not.toMatch(/DescribeInstances|CreateSnapshot/);
  });
});

describe("the archive's handler at a question", () => {
  test("returns its settings without a call", async () => {
    const { answer } = await invokeArchive(unpacked, aws.endpoint, { kind: "describe" }, CONTEXT);
    expect(answer.result).toMatchObject({ kind: "settings", settings: { vaultId: "smart-vault-prod" } });
    expect(aws.requests).toStrictEqual([]);
  });
});

describe("the archive's handler at a failure", () => {
  test("mails, then rejects with an Error that has kept name, message and stack", async () => {
    aws.denyInstances = true;
    const { answer } = await invokeArchive(unpacked, aws.endpoint, RUN, CONTEXT);
    const asked = phases(aws.requests);
    expect(answer.error).toMatchObject({ name: "BackupFailed", isError: true });
    expect(answer.error?.message).toMatch(
      /^smart-vault-prod: .*could not read instances in us-east-1: UnauthorizedOperation: You are not authorized/,
    );
    expect(answer.error?.stack).toMatch(/^BackupFailed: smart-vault-prod: [^]*\n +at .*__index\.js:\d+/);
    expect(asked.map(({ phase }) => phase)).toStrictEqual([
      "clock",
      "read",
      "write",
      "read",
      "write",
      "audit",
      "mail",
      "clock",
    ]);

    aws.requests.length = 0;
    const thrown = await invokeSource(RUN).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: "BackupFailed", message: answer.error?.message });
    expect(asked).toStrictEqual(phases(aws.requests));
  });

  test("refuses an invalid event with what was expected before it calls anything", async () => {
    const { answer } = await invokeArchive(unpacked, aws.endpoint, { kind: "backup" }, CONTEXT);
    expect(answer.error).toMatchObject({
      name: "BadEvent",
      message: 'event.kind: expected one of run, follow-up, sweep, describe, got "backup"',
      isError: true,
    });
    expect(aws.requests).toStrictEqual([]);
  });
});
