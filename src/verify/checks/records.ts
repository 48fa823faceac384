/** Checks A6–A10: what EC2's lists show of what was made. */
import type { Snapshot } from "@aws-sdk/client-ec2";
import { parseDescription, tagsDigest } from "../../vault/identity/description";
import { doubtOf } from "../../vault/identity/doubts";
import { describeLocks, describeProtectedInstances, describeVaultSnapshots } from "../../vault/aws/ec2Reads";
import { describeVolumes } from "../../vault/aws/ec2Volumes";
import { meaningOf } from "../../vault/aws/errors";
import { TAG, tagsFromList } from "../../vault/model/tags/tags";
import { type Finding, confirmed, different, refusalOf, textOf, unknown } from "../findings";
import { type Check, type Stage, soon } from "../stage";

interface Shown {
  what: "snapshot" | "copy";
  region: string;
  snapshot: Snapshot;
}

/** Returns the snapshot and its copy. @throws if one is missing */
function shownOf({ target, evidence }: Stage): Shown[] {
  const { source, copy } = evidence;
  if (source === undefined || copy === undefined) throw new Error("there is no completed copy");
  return [
    { what: "snapshot", region: target.primaryRegion, snapshot: source },
    { what: "copy", region: target.drRegion, snapshot: copy },
  ];
}

function descriptionError({ what, snapshot }: Shown, verifyId: string): string | undefined {
  const { Description = "", Tags } = snapshot;
  const described = parseDescription(Description);
  const isWhole = (what === "copy") === (described?.identity.source !== undefined);
  if (described?.identity.vaultId !== verifyId || !isWhole) {
    return `the ${what}'s Description is "${Description}"`;
  }
  if (tagsDigest(tagsFromList(Tags)) === described.digest) return undefined;
  const keys = Object.keys(tagsFromList(Tags)).sort();
  return `the ${what}'s tags are not those that it was made with: ${keys.join(", ") || "none"}`;
}

function descriptions(stage: Stage): Promise<Finding> {
  // As they were first shown: tags that come later would look like somebody's change until then.
  const shown = shownOf(stage).map((one) => {
    const { SnapshotId: id } = one.snapshot;
    const first = stage.evidence.first.find(({ SnapshotId }) => SnapshotId === id);
    return { ...one, snapshot: first ?? one.snapshot };
  });
  const errors = shown.flatMap((one) => descriptionError(one, stage.verifyId) ?? []);
  if (errors.length > 0) return Promise.resolve(different(errors.join("; ")));
  const lengths = shown.map(({ snapshot }) => snapshot.Description?.length ?? 0);
  return Promise.resolve(confirmed(`Descriptions of ${lengths.join(" and ")} characters, all tags`));
}

async function filter(stage: Stage): Promise<Finding> {
  for (const { what, region, snapshot } of shownOf(stage)) {
    const found = await soon(stage, async () => {
      const all = await describeVaultSnapshots(stage.caller.ec2(region), region, stage.verifyId);
      return all.find(({ snapshotId }) => snapshotId === snapshot.SnapshotId);
    });
    if (found === undefined) return different(`the filter does not find the ${what} in ${region}`);
  }
  return confirmed("the filter with * finds snapshot and copy");
}

function doubts(stage: Stage): Promise<Finding> {
  const shown = shownOf(stage);
  for (const { what, snapshot } of shown) {
    const described = parseDescription(snapshot.Description);
    if (described === undefined) return Promise.resolve(unknown("see A6"));
    const recorded = {
      ec2VolumeId: snapshot.VolumeId ?? "",
      startTimeMs: snapshot.StartTime?.getTime() ?? 0,
    };
    const doubt = doubtOf(described, recorded, tagsFromList(snapshot.Tags));
    if (doubt?.of === "identity") return Promise.resolve(different(`the ${what}: ${doubt.what}`));
  }
  const seen = shown.map(
    ({ what, snapshot: { StartTime, VolumeId } }) =>
      `${what} of ${VolumeId ?? "?"} started ${StartTime?.toISOString() ?? "?"}`,
  );
  return Promise.resolve(confirmed(seen.join(", ")));
}

function completion(stage: Stage): Promise<Finding> {
  const lacking = shownOf(stage).filter(({ snapshot }) => snapshot.CompletionTime === undefined);
  if (lacking.length === 0) return Promise.resolve(confirmed("both have a CompletionTime"));
  const names = lacking.map(({ what }) => what).join(" and ");
  return Promise.resolve(different(`no CompletionTime on the ${names}`));
}

/** Makes each describe call of the vault, with its page size. */
async function pageSizes({ target, verifyId, caller }: Stage): Promise<Finding> {
  const region = target.primaryRegion;
  const client = caller.ec2(region);
  const reads: Record<string, () => Promise<unknown>> = {
    DescribeSnapshots: () => describeVaultSnapshots(client, region, verifyId),
    DescribeInstances: () => describeProtectedInstances(client, TAG.vault, [verifyId]),
    DescribeVolumes: () => describeVolumes(client, ["i-00000000000000000"]),
    DescribeLockedSnapshots: () => describeLocks(client),
  };
  for (const [name, read] of Object.entries(reads)) {
    const refusal = await refusalOf(read);
    if (refusal === undefined) continue;
    const seen = `${name}: ${textOf(refusal)}`;
    return meaningOf(refusal) === "refused" ? different(seen) : unknown(seen);
  }
  return confirmed(`${Object.keys(reads).join(", ")} take the vault's page sizes`);
}

export const RECORD_CHECKS: readonly Check[] = [
  { id: "A6", title: "Description and tags are there as they were given", run: descriptions },
  { id: "A7", title: "the description filter takes * as any text", run: filter },
  { id: "A8", title: "EC2's records agree with the Description", run: doubts },
  { id: "A9", title: "a completed snapshot has a CompletionTime", run: completion },
  { id: "A10", title: "the vault's page sizes are accepted", run: pageSizes },
];
