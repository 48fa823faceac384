/**
 * Reads what a launch needs and DescribeInstances does not say, only for instances of which snapshots are about to be
 * made. No failure here stops a snapshot: it becomes a notice, and the tags have what is known (docs/adr/0022).
 */
import { IF_DENIED } from "../lib/text";
import { type Ec2Reader, type VaultClients, ec2In } from "../aws/clients";
import { type Meaning, causeOf, meaningOf } from "../aws/errors";
import {
  ATTRIBUTE_CALLS,
  describeAttributes,
  describeBlob,
  describeCredits,
  describeSubnets,
} from "../aws/launchReads";
import {
  type BatchFacts,
  type Captured,
  carried,
  isBurstable,
  lacksAttributes,
  newestTags,
} from "../inventory/captures";
import { type BlobRead, blobsToRead, withBlobs } from "../inventory/blobs";
import { type Step, runSteps } from "../lib/pool";
import { SECOND_MS } from "../lib/time";
import type { BlobName, LaunchAttributes, LaunchBlobs } from "../model/launchSpec";
import { type Problem, problem } from "../model/problem";
import type { CoreSettings } from "../model/settings";
import type { Snapshot, World } from "../model/world";

/** What a look depends on. */
export interface CaptureLook {
  /** Instances of which snapshots are about to be made. */
  due: ReadonlySet<string>;
  /** The vault's own snapshots in the primary region. */
  own: readonly Snapshot[];
  /** Slot that the snapshots are of. */
  slot: string;
  now: () => number;
  deadlineMs: number;
}

/**
 * Calls for attributes and blobs in one run: EC2's bucket has 100 for such calls, and is refilled with 20 per second (AWS,
 * "Request throttling for the Amazon EC2 API"). The others' turn is in the next runs.
 */
const MOST_CALLS = 90;
const CONCURRENCY = 4;
/** Time after which no further attribute is asked for, because the snapshots wait. */
const PATIENCE_MS = 30 * SECOND_MS;

/** Meanings of a failure that the next call would meet too. */
const FOR_ALL: readonly Meaning[] = ["limit", "denied", "unknown"];

interface Failed {
  problems: Problem[];
  meanings: Meaning[];
}

/** Notes a failure, once for each subject. */
function note(error: unknown, subject: string, { problems, meanings }: Failed): Meaning {
  const cause = causeOf(error);
  const meaning = meaningOf(cause);
  meanings.push(meaning);
  const said = problem(
    "launch-not-read",
    subject,
    `backups may lack facts of a launch, because the vault could not read ${subject}: ${cause.code}: ${cause.message}`,
    `All data is backed up. The next run reads the facts again. ${IF_DENIED}`,
  );
  if (!problems.some((one) => one.subject === subject)) problems.push(said);
  return meaning;
}

async function readBatch(
  reader: Ec2Reader,
  due: readonly Captured[],
  { primaryRegion }: CoreSettings,
  failed: Failed,
): Promise<BatchFacts> {
  const attempt = <T>(read: Promise<Map<string, T>>, what: string) =>
    read.catch((error: unknown) => {
      note(error, `${what} in ${primaryRegion}`, failed);
      return new Map<string, T>();
    });
  const burstable = due.filter(isBurstable).map(({ instanceId }) => instanceId);
  const all = due.flatMap(({ captured }) => captured.interfaces.map(({ subnetId }) => subnetId));
  const subnetIds = [...new Set(all.filter((id) => id !== undefined))];
  const [subnets, credits] = await Promise.all([
    attempt(describeSubnets(reader, subnetIds), "subnets"),
    attempt(describeCredits(reader, burstable), "CPU credit options"),
  ]);
  return { subnets, credits };
}

/** Returns a read whose failure is a notice, and ends the reads of the same subject if they would fail too. */
function readStep(subject: string, failed: Failed, read: () => Promise<void>): Step {
  return {
    lane: subject,
    run: async () => {
      try {
        await read();
        return {};
      } catch (error) {
        const meaning = note(error, subject, failed);
        return FOR_ALL.includes(meaning) ? { stopLane: meaning } : {};
      }
    },
    defer: () => undefined,
  };
}

/** Facts that take a call each, by instance. */
interface ReadApart {
  attributes: Map<string, LaunchAttributes>;
  blobs: Map<string, LaunchBlobs>;
}

const WORDS: Readonly<Record<BlobName, string>> = { userData: "user data", uefiData: "UEFI variables" };

/** Reads attributes, then blobs, as far as calls and time allow. */
async function readApart(
  reader: Ec2Reader,
  lacking: readonly string[],
  wanted: readonly BlobRead[],
  { region, failed, hasTime }: { region: string; failed: Failed; hasTime: () => boolean },
): Promise<ReadApart> {
  const read: ReadApart = { attributes: new Map(), blobs: new Map() };
  const asked = lacking.slice(0, MOST_CALLS / ATTRIBUTE_CALLS);
  const attributes = asked.map((instanceId) =>
    readStep(`attributes of instances in ${region}`, failed, async () => {
      read.attributes.set(instanceId, await describeAttributes(reader, instanceId));
    }),
  );
  const blobs = wanted.slice(0, MOST_CALLS - asked.length * ATTRIBUTE_CALLS).map(({ instanceId, name }) =>
    readStep(`${WORDS[name]} of instances in ${region}`, failed, async () => {
      const blob = await describeBlob(reader, instanceId, name);
      read.blobs.set(instanceId, { ...read.blobs.get(instanceId), [name]: blob });
    }),
  );
  await runSteps([...attributes, ...blobs], CONCURRENCY, hasTime);
  return read;
}

/**
 * Completes the captures of the instances that are due. Makes no call if none is. A region that gives no answer to a batch
 * call gives none to the many calls for attributes either, so those are not made.
 */
export async function observeCaptures(
  clients: VaultClients,
  settings: CoreSettings,
  world: World,
  { due, own, slot, now, deadlineMs }: CaptureLook,
): Promise<World> {
  const { instances = [], problems } = world;
  const wanted = instances.filter((one): one is Captured => due.has(one.instanceId) && one.captured !== undefined);
  if (wanted.length === 0) return world;
  const untilMs = Math.min(deadlineMs, now() + PATIENCE_MS);
  const failed: Failed = { problems: [], meanings: [] };
  const { reader } = ec2In(clients, settings.primaryRegion);
  const batch = await readBatch(reader, wanted, settings, failed);
  const newest = newestTags(own, due);
  const known = wanted.map((one) => carried(one, newest.get(one.instanceId) ?? {}, batch));
  const isDown = failed.meanings.some((meaning) => meaning === "limit" || meaning === "unknown");
  const lacking = isDown ? [] : known.filter(lacksAttributes).map(({ instanceId }) => instanceId);
  const wantedBlobs = isDown ? [] : blobsToRead(known, settings, slot);
  const hasTime = () => now() < untilMs;
  const read = await readApart(reader, lacking, wantedBlobs, { region: settings.primaryRegion, failed, hasTime });
  const complete = new Map(
    known.map((one) => {
      const { instanceId, captured } = one;
      const launch = { ...captured.launch, ...read.attributes.get(instanceId) };
      const whole = { ...one, captured: { ...captured, launch } };
      return [instanceId, withBlobs(whole, read.blobs.get(instanceId) ?? {}, settings, slot)];
    }),
  );
  return {
    ...world,
    instances: instances.map((one) => complete.get(one.instanceId) ?? one),
    problems: [...problems, ...failed.problems],
  };
}
