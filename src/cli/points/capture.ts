/**
 * Reads the capture of a recovery point from the manifest bucket of a DR region (docs/adr/0023). Tags are enough for a
 * restore; the capture has what did not fit into them. The bucket is found by the vault's id, the account and the region
 * alone.
 */
import { bucketName } from "../../iam/buckets";
import { asRecord, parseJson } from "../../vault/lib/json";
import type { CapturedLaunch, LaunchBlobs } from "../../vault/model/launchSpec";
import { captureKey } from "../../vault/model/objectKeys";
import type { Tags } from "../../vault/model/world";
import { accountId, readObject } from "../reading/aws";
import { failureOf } from "../failure";
import type { Point } from "./points";
import type { KnownVault } from "../reading/reading";

/** A volume as it was captured. */
export interface CapturedVolume {
  volumeId: string;
  device: string;
  role: string;
  type?: string;
  sizeGiB?: number;
  iops?: number;
  throughputMiBps?: number;
  /** What becomes of it if its instance is terminated. */
  deleteOnTermination?: boolean;
  /** True if several instances may attach it at once. */
  multiAttach?: boolean;
  /** End of the id of the key that it was encrypted under. */
  kmsKeyEnd?: string;
  /** True if its own tag kept it out of the recovery point. */
  excluded: boolean;
  /** The volume's own tags. */
  tags: Tags;
}

/** A capture, as docs/manifest.schema.json describes it. */
export interface Capture extends CapturedLaunch, LaunchBlobs {
  instance: { instanceId: string; type: string; availabilityZone: string; tags: Tags };
  volumes: CapturedVolume[];
}

const SCHEMA = "smart-vault/capture";
const VERSION = 1;

/** Parses a capture; `undefined` if the text is none, or one of another recovery point or version. */
export function parseCapture(text: string, { instanceId, slot }: Pick<Point, "instanceId" | "slot">) {
  const body = asRecord(parseJson(text));
  const isKnown = body?.schema === SCHEMA && body.version === VERSION && body.slot === slot;
  if (!isKnown || asRecord(body.instance)?.instanceId !== instanceId) return undefined;
  return body as unknown as Capture;
}

/** What was found. */
export interface FoundCapture {
  capture?: Capture;
  /** Why there is none; absent where the vault writes none. */
  note?: string;
}

/** Returns the regions to look in: those with a manifest bucket, or if that is not known, the point's own. */
function regionsOf({ region }: Point, { settings }: KnownVault): string[] {
  if (settings === undefined) return [region];
  // A function that is older than this command has no such setting.
  const targets = (settings.manifests as typeof settings.manifests | undefined) ?? [];
  const regions = targets.map((target) => target.region);
  return regions.sort((a, b) => Number(b === region) - Number(a === region));
}

/** Reads the capture of a point from the first bucket that has it. Never throws, because a restore works without. */
export async function findCapture(point: Point, known: KnownVault): Promise<FoundCapture> {
  const { instanceId, slot } = point;
  const why: string[] = [];
  for (const region of regionsOf(point, known)) {
    try {
      const bucket = bucketName(known.vaultId, "manifests", await accountId(region), region);
      const capture = parseCapture(await readObject({ region, bucket }, captureKey(instanceId, slot)), point);
      if (capture !== undefined) return { capture };
      why.push(`the one in ${region} is of another version`);
    } catch (error) {
      const { code, message } = failureOf(error);
      why.push(`${region}: ${message} (${code})`);
    }
  }
  return why.length === 0 ? {} : { note: `no capture could be read, so tags are all there is: ${why.join("; ")}` };
}
