/**
 * Reports side effects of making snapshots and copies: tags that AWS refused, sets that are not crash-consistent, and
 * the account's limit on snapshots. Pure.
 */
import type { CopyAction, Outcome, SnapshotAction, TagsLeftOut } from "../model/actions";
import { type Problem, type ProblemKind, problem } from "../model/problem";
import { listed, withCommand } from "../lib/text";

const LIMIT = "SnapshotLimitExceeded";

function notice(kind: ProblemKind, subject: string, message: string, hint: string): Problem {
  return problem(kind, subject, message, hint);
}

/** Names what an action makes, and the subject of its notices. */
function madeBy(action: SnapshotAction | CopyAction): { subject: string; what: string } {
  if (action.kind === "snapshot") {
    return { subject: action.instanceId, what: `the snapshots of ${action.instanceId}` };
  }
  const { sourceSnapshotId, region } = action;
  return {
    subject: `${sourceSnapshotId} in ${region}`,
    what: `the copy of ${sourceSnapshotId}`,
  };
}

function refusedHint(code: string): string {
  const next = "Snapshots and copies are complete, and the next ones are tried with all tags again.";
  if (code === "TagLimitExceeded") {
    return `${next} Remove tags from the instance or its volumes, or from the stack's tags.`;
  }
  return withCommand(
    `${next} Correct the tag on the instance or volume, or have the policy changed. To see the tag policy`,
    "aws organizations describe-effective-policy --policy-type TAG_POLICY",
  );
}

/** Reports missing tags, in one notice per instance or copied snapshot. */
function leftOut(action: SnapshotAction | CopyAction, left: TagsLeftOut, made: string[]): Problem {
  const { subject, what } = madeBy(action);
  const { code, message, snapshotIds } = left;
  const { region } = action;
  if (snapshotIds === undefined) {
    const lacks =
      action.kind === "snapshot" ? "lack the tags of instance and volumes" : "lacks the tags of its snapshot";
    const text = `${what} in ${region} (${listed(made)}) ${lacks}: AWS refused them (${code}: ${message})`;
    return notice("tags-left-out", subject, text, refusedHint(code));
  }
  const [first = ""] = snapshotIds;
  return notice(
    "tags-left-out",
    subject,
    `${what} in ${region} lack tags of their volumes: they could not be written on ${listed(snapshotIds)} (${code}: ${message})`,
    withCommand(
      "The snapshots are complete, but the vault does not write these tags again. To write one",
      `aws ec2 create-tags --region ${region} --resources ${first} --tags Key=KEY,Value=VALUE`,
    ),
  );
}

/** Reports a set that EC2 refused, unless it has a single volume, which loses nothing. */
function brokenSet(action: SnapshotAction, why: string): Problem[] {
  const { instanceId, region, slot, volumes } = action;
  if (volumes.length < 2) return [];
  const message = `the snapshots of ${instanceId} in ${region} for ${slot} are not crash-consistent. EC2 refused the set, so the vault snapshotted each volume on its own (${why}).`;
  const hint = withCommand(
    "Each volume can be restored, but they are seconds apart. The next scheduled run tries a set again. To look at the instance",
    `aws ec2 describe-instances --region ${region} --instance-ids ${instanceId}`,
  );
  return [notice("not-crash-consistent", instanceId, message, hint)];
}

/** Reports a region whose limit on snapshots is reached. What the limit stopped is deferred, and named in the log. */
function limitReached({ region }: Outcome["action"], why: string): Problem {
  return problem(
    "snapshot-limit",
    region,
    `nothing new is backed up in ${region}: the account has as many snapshots there as its quota allows (${why})`,
    withCommand(
      "The vault tries again at every invocation. Delete snapshots that nobody needs, or request a higher quota. To see the quota",
      `aws service-quotas list-service-quotas --region ${region} --service-code ebs --query "Quotas[?QuotaName=='Snapshots per Region']"`,
    ),
  );
}

function ofOne({ action, code, detail, snapshotIds, ...found }: Outcome): Problem[] {
  if (action.kind !== "snapshot" && action.kind !== "copy") return [];
  const problems: Problem[] = [];
  if (found.tagsLeftOut !== undefined) {
    problems.push(leftOut(action, found.tagsLeftOut, snapshotIds));
  }
  if (action.kind === "snapshot" && found.brokenSet !== undefined && snapshotIds.length > 0) {
    problems.push(...brokenSet(action, found.brokenSet));
  }
  if (code === LIMIT && found.notStarted !== true) problems.push(limitReached(action, detail));
  return problems;
}

/** Returns the problems that the outcomes of an invocation give reason for. */
export function makingProblems(outcomes: readonly Outcome[]): Problem[] {
  return outcomes.flatMap(ofOne);
}
