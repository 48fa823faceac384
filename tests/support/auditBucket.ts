/** Provides a test's audit bucket and manifest buckets: what was PUT there, and what they answer. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { DAY_MS, MINUTE_MS } from "../../src/vault/lib/time";
import type { BucketTarget, VaultSettings } from "../../src/vault/model/settings";
import { makeRig } from "./rig";
import { DR, DR2, NOW, SETTINGS, SLOT, copyOf, keeping, snapshot } from "./world";

function targetOf(bucket: string, region: string): BucketTarget {
  return { bucket, region, host: `${bucket}.s3.${region}.amazonaws.com` };
}

const AUDIT = targetOf("vault-audit", DR.region);
const MANIFESTS = [DR, DR2].map(({ region }) => targetOf("vault-manifests", region));

/** Events that trigger the function, and what its first invocation at the slot writes. */
export const RUN = { kind: "run", slot: SLOT };
export const SWEEP = { kind: "sweep" };
export const RECORD = "runs/2026/11/22/20261122T030000Z-run-1.json";
export const MANIFEST = "manifests/i-1/20261122T030000Z.json";
export const CAPTURE = "captures/i-1/20261122T030000Z.json";

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

/** Returns an object's key; in another region than the first DR region it begins with that region. */
function keyOf(url: URL): string {
  const target = [AUDIT, ...MANIFESTS].find(({ host }) => host === url.host);
  if (target === undefined) throw new Error(`unexpected host ${url.host}`);
  const region = target.region === DR.region ? "" : `${target.region}/`;
  const isRecord = url.pathname.startsWith("/runs/");
  if (isRecord !== (target === AUDIT)) throw new Error(`${url.pathname} is in the wrong bucket: ${url.host}`);
  return `${region}${url.pathname.slice(1)}`;
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
    const key = keyOf(new URL(url instanceof Request ? url.url : url));
    bucket.put.push(key);
    const status = key.startsWith(bucket.refused) || key.endsWith(bucket.refused) ? bucket.status : 200;
    if (status === 200) bucket.objects.set(key, init?.body as string);
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

export function schemaIn(file: string): { definitions: object } {
  return JSON.parse(readFileSync(join(__dirname, "..", "..", "docs", file), "utf8")) as { definitions: object };
}

/**
 * Returns what is wrong with an object by its published schema, or nothing if it is as documented.
 * @param of the one definition that it must match, so that an error is named
 */
export function schemaFaults(written: unknown, of: "record" | "manifest" | "capture"): string[] {
  const ajv = new Ajv({ allErrors: true });
  const { definitions } = schemaIn(of === "record" ? "audit.schema.json" : "manifest.schema.json");
  const validate = ajv.compile({ definitions, $ref: `#/definitions/${of}` });
  if (validate(written)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = "", params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Settings of a vault with an audit bucket that keeps for three days. */
export const AUDITED: VaultSettings = { ...SETTINGS, audit: AUDIT, policies: keeping(3) };

/** Settings of such a vault that writes manifests, not an audit log. */
export const MANIFESTED: VaultSettings = { ...AUDITED, audit: undefined, manifests: MANIFESTS.slice(0, 1) };

/** The same with a second DR region. */
export const IN_BOTH: VaultSettings = { ...MANIFESTED, dr: [DR, DR2], manifests: MANIFESTS };

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
