/** Provides a test's audit bucket: what was PUT there, and what it answers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { DAY_MS, MINUTE_MS } from "../../src/vault/lib/time";
import type { AuditTarget, VaultSettings } from "../../src/vault/model/settings";
import { makeRig } from "./rig";
import { NOW, SETTINGS, SLOT, copyOf, keeping, snapshot } from "./world";

const AUDIT: AuditTarget = {
  bucket: "vault-audit",
  region: "us-west-2",
  host: "vault-audit.s3.us-west-2.amazonaws.com",
};

/** Events that trigger the function, and what its first invocation at the slot writes. */
export const RUN = { kind: "run", slot: SLOT };
export const SWEEP = { kind: "sweep" };
export const RECORD = "runs/2026/11/22/20261122T030000Z-run-1.json";
export const MANIFEST = "manifests/i-1/20261122T030000Z.json";

interface WrittenDecision {
  kind: string;
  region: string;
  reason: string;
  outcome: string;
  snapshotId?: string;
  requestId?: string;
  code?: string;
}

/** The part of a record that tests look into. */
interface WrittenRecord {
  schema: string;
  trigger: { kind: string };
  dryRun: boolean;
  planHash: string;
  decisions: WrittenDecision[];
  notStarted: { kind: string; count: number }[];
  kept: { snapshotId: string; reason: string }[];
  problems: { kind: string }[];
}

/** Replaces fetch. A `status` other than 200 refuses what is put under the key, or under any without one. */
export function fakeBucket() {
  const bucket = {
    status: 200,
    refused: "",
    objects: new Map<string, string>(),
    put: [] as string[],
  };
  jest.spyOn(globalThis, "fetch").mockImplementation((url, init) => {
    const { pathname, host } = new URL(url instanceof Request ? url.url : url);
    bucket.put.push(pathname.slice(1));
    if (host !== AUDIT.host) throw new Error(`unexpected host ${host}`);
    const status = pathname.endsWith(bucket.refused) ? bucket.status : 200;
    if (status === 200) bucket.objects.set(pathname.slice(1), init?.body as string);
    const text = status === 200 ? "" : "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    return Promise.resolve(new Response(text, { status }));
  });
  return {
    ...bucket,
    refuse: (status: number, key = "") => {
      bucket.status = status;
      bucket.refused = key;
    },
    puts: (under = "") => bucket.put.filter((key) => key.startsWith(under)).length,
    keys: () => [...bucket.objects.keys()],
    read: (key: string): unknown => JSON.parse(bucket.objects.get(key) ?? "null"),
    records: () =>
      [...bucket.objects]
        .filter(([key]) => key.startsWith("runs/"))
        .map(([, body]) => JSON.parse(body) as WrittenRecord),
  };
}

const SCHEMA = JSON.parse(readFileSync(join(__dirname, "..", "..", "docs", "audit.schema.json"), "utf8")) as {
  definitions: object;
};

/**
 * Returns what is wrong with an object by docs/audit.schema.json, or nothing if it is as documented.
 * @param is the one definition that it must match, so that an error is named
 */
export function schemaFaults(written: unknown, of: "record" | "manifest"): string[] {
  const ajv = new Ajv({ allErrors: true });
  const { definitions } = SCHEMA;
  const validate = ajv.compile({ definitions, $ref: `#/definitions/${of}` });
  if (validate(written)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = "", params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Settings of a vault with an audit bucket that keeps for three days. */
export const AUDITED: VaultSettings = { ...SETTINGS, audit: AUDIT, policies: keeping(3) };

export function rigOf(settings: VaultSettings = AUDITED): ReturnType<typeof makeRig> {
  const rig = makeRig(settings);
  rig.reset();
  return rig;
}

/** Makes a snapshot some days ago and its copy, both verified, and completed within minutes. */
export function pair(id: string, daysAgo: number) {
  const startTimeMs = NOW - daysAgo * DAY_MS;
  const completedMs = startTimeMs + 5 * MINUTE_MS;
  const source = snapshot(`snap-${id}`, { startTimeMs, completedMs });
  return { source, copy: copyOf(source, `copy-${id}`, { completedMs: completedMs + MINUTE_MS }) };
}

/** Shows snapshots of some days, of which the two oldest are past three days. */
export function fiveDays(rig: ReturnType<typeof makeRig>): void {
  const pairs = [0, 1, 2, 4, 5].map((days) => pair(String(days), days));
  rig.sees(
    pairs.map(({ source }) => source),
    pairs.map(({ copy }) => copy),
  );
}
