/**
 * Finds the recovery point to restore, in one region and with that region's calls alone: the others may be down. A person names the
 * instance, and at will a time or a snapshot; what can't be restored is passed over, and said.
 */
import type { RestoreSource } from "../../restore/source";
import type { BlobName, LaunchBlobs } from "../../vault/model/launchSpec";
import { describeVaultSnapshots } from "../../vault/aws/ec2Reads";
import { withoutUndefined } from "../../vault/lib/collections";
import { isoSeconds } from "../../vault/lib/time";
import { ec2, findTraces } from "../reading/aws";
import { findBlobs } from "../points/blobs";
import { type Capture, findCapture } from "../points/capture";
import type { Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";
import { findInstance } from "../reading/instances";
import { type PointFacts, factsOf } from "../points/facts";
import { findPoint, instancesOf } from "../points/ref";
import { type Point, pointsOf } from "../points/points";
import { parseTime, readAs } from "../times";
import { sharedWith } from "./shared";
import { volumeOf } from "./sourceVolume";
import { chooseVault, vaultsIn } from "../reading/vaults";

/** Which recovery point. */
export interface WantedPoint {
  instance: string | undefined;
  at?: string;
  point?: string;
}

export interface FoundSource {
  source: RestoreSource;
  notes: string[];
}

/** Reads the recovery points that a region has. */
async function pointsIn(context: Context): Promise<{ vaultId: string; points: Point[] }> {
  const { region, vaultId: asked } = context;
  const { vaultId } = chooseVault(vaultsIn(await findTraces(region)), asked, region);
  context.progress(`reading the snapshots of ${vaultId} in ${region}`);
  const snapshots = await describeVaultSnapshots(ec2(region), region, vaultId);
  return { vaultId, points: pointsOf([{ region, snapshots }], undefined, () => ({})) };
}

function describe({ slot, state, fault }: Point): string {
  return `${slot} (${fault === undefined ? state : `${state}: ${fault}`})`;
}

/** Returns the newest point that is whole, and says which newer ones are not. */
function newestWhole(points: readonly Point[], until: string): { point: Point; notes: string[] } {
  const whole = points.find(({ state }) => state === "completed");
  if (whole === undefined) {
    const list = points.slice(0, 5).map(describe).join(", ");
    const hint = `Name one with --point SNAPSHOT to restore what there is of it. There are: ${list}.`;
    throw cliError(EXIT.nothing, "NoPoint", `no recovery point${until} can be restored as a whole`, hint);
  }
  const passed = points.slice(0, points.indexOf(whole));
  const notes = passed.map((one) => `passed over a newer recovery point: ${describe(one)}`);
  return { point: whole, notes };
}

/** A snapshot that is not completed makes no volume. */
function checkNamed(point: Point): string[] {
  if (point.state === "completed") return [];
  if (point.state === "pending" || point.state === "failed") {
    const hint = "`vault list` shows the others, with their states.";
    throw cliError(EXIT.nothing, "NotRestorable", `the recovery point ${describe(point)} can't be restored`, hint);
  }
  return [`the recovery point is not whole: ${describe(point)}`];
}

/**
 * Chooses the point that a person means, or else the newest that is whole.
 * @throws where there is none, or it can't be restored
 */
export function choosePoint(
  points: readonly Point[],
  wanted: WantedPoint,
  context: Context,
): { point: Point; notes: string[] } {
  const { region, nowMs } = context;
  if (wanted.point !== undefined) {
    const point = findPoint(wanted.point, points, { region, nowMs });
    return { point, notes: checkNamed(point) };
  }
  if (wanted.instance === undefined) {
    const hint = "vault restore INSTANCE, or --point SNAPSHOT. `vault list` shows both.";
    throw cliError(EXIT.usage, "NoInstance", "expected an instance, got none", hint);
  }
  const { instanceId } = findInstance(wanted.instance, instancesOf(points), region);
  const untilMs = wanted.at === undefined ? Infinity : parseTime(wanted.at, nowMs);
  const mine = points.filter((one) => one.instanceId === instanceId && one.takenMs <= untilMs);
  const until = wanted.at === undefined ? "" : ` of ${readAs(wanted.at, untilMs)} or before`;
  if (mine.length > 0) return newestWhole(mine, until);
  const oldest = points.filter((one) => one.instanceId === instanceId).at(-1);
  const since = oldest === undefined ? "" : `The oldest is of ${isoSeconds(oldest.takenMs)}.`;
  throw cliError(EXIT.nothing, "NoPoint", `${wanted.instance} has no recovery point${until}`, since);
}

/** Returns a point as a restore takes it. */
export function sourceOf(vaultId: string, point: Point, capture?: Capture, blobs: LaunchBlobs = {}): RestoreSource {
  const facts = factsOf(point, [point], capture);
  const { instanceId, name, slot, takenMs, region } = point;
  const { instanceType, availabilityZone, launch, instanceTags } = facts;
  return withoutUndefined<RestoreSource>({
    vaultId,
    instanceId,
    name,
    slot,
    takenMs,
    region,
    instanceTags,
    instanceType,
    availabilityZone,
    captured: launch && { launch: launch.launch, interfaces: launch.interfaces },
    blobs,
    shared: [],
    volumes: facts.volumes.flatMap(({ volumeId }) => volumeOf(facts, point, volumeId)),
  });
}

/** Says what is not known of the launch. */
function doubtsOf(launch: PointFacts["launch"]): string[] {
  if (launch === undefined)
    return ["how it was launched was not captured: EC2's defaults are taken, except for type and volumes"];
  return launch.isWhole ? [] : ["the tags about its launch are not whole: compare the list of differences"];
}

/** Decides whether the tags of a point hold all that was captured. */
function hasAll(point: Point): boolean {
  const { launch, volumes } = factsOf(point, [point]);
  return launch?.isWhole === true && volumes.every(({ device }) => device !== undefined);
}

/**
 * Takes from captures in this region's bucket what the tags of a point had no room for, what it shared with others, and the
 * blobs that are wanted. Without them tags are all there is.
 */
async function completeSource(
  vaultId: string,
  point: Point,
  points: readonly Point[],
  wanted: readonly BlobName[],
): Promise<FoundSource> {
  const vault = { vaultId, regions: [point.region], notes: [] };
  const isWhole = hasAll(point);
  const mayShare = sharedWith(point, points).length > 0;
  const { capture, note } = isWhole && !mayShare ? {} : await findCapture(point, vault);
  const { launch } = factsOf(point, [point], capture);
  const known = { vault, ...(capture !== undefined && { capture }) };
  const slots = launch?.blobSlots;
  const { blobs, notes } = await findBlobs(point, { ...known, ...(slots !== undefined && { slots }) }, wanted);
  const doubts = isWhole ? [] : doubtsOf(launch);
  return {
    source: { ...sourceOf(vaultId, point, capture, blobs), shared: sharedWith(point, points, capture) },
    notes: [...doubts, ...(note === undefined || isWhole ? [] : [note]), ...notes],
  };
}

/**
 * Finds what to restore.
 * @param blobs those to read; the others are left out
 * @throws where there is none, or several can be meant
 */
export async function findSource(
  context: Context,
  wanted: WantedPoint,
  blobs: readonly BlobName[],
): Promise<FoundSource> {
  const { vaultId, points } = await pointsIn(context);
  const { point, notes } = choosePoint(points, wanted, context);
  const { source, notes: doubts } = await completeSource(vaultId, point, points, blobs);
  return { source, notes: [...notes, ...doubts] };
}

/** Finds the recovery point that something was restored from. */
export async function findSlot(
  context: Context,
  { instanceId, slot }: { instanceId: string; slot: string },
  blobs: readonly BlobName[],
): Promise<FoundSource> {
  const { vaultId, points } = await pointsIn(context);
  const point = points.find((one) => one.instanceId === instanceId && one.slot === slot);
  if (point !== undefined) return completeSource(vaultId, point, points, blobs);
  const hint = "Without it the restore can only be undone: vault restore --undo ID";
  throw cliError(EXIT.nothing, "NoPoint", `the recovery point ${slot} of ${instanceId} is gone`, hint);
}
