/** What a person should know of how snapshots were made, though each was made or will be. Pure text. */
import type { Outcome, Problem } from "./types";

/** AWS's code for the account's limit on how many snapshots there may be in a region. */
const ACCOUNT_FULL = "SnapshotLimitExceeded";

/** Reports each region whose account takes no more snapshots: nothing is backed up or copied there until it does. */
export function fullAccounts(outcomes: readonly Outcome[]): Problem[] {
  const regions = new Set(
    outcomes.filter(({ code }) => code === ACCOUNT_FULL).map(({ action }) => action.region),
  );
  return [...regions].map((region) => ({
    kind: "snapshot-limit",
    subject: region,
    message: `no more snapshots can be made in ${region}: the account has as many as its quota allows (${ACCOUNT_FULL}). The vault tries again each hour.`,
    hint: `Delete snapshots that nobody needs, or raise the quota: aws service-quotas list-service-quotas --region ${region} --service-code ebs --query "Quotas[?QuotaName=='Snapshots per Region']"`,
  }));
}

/** Notices each instance whose set EC2 refused, so that its volumes were snapshotted one by one. */
export function brokenSets(outcomes: readonly Outcome[]): Problem[] {
  return outcomes.flatMap(({ action, status, detail, snapshotIds, setRefused }): Problem[] => {
    if (action.kind !== "snapshot" || setRefused === undefined || snapshotIds.length === 0)
      return [];
    const { instanceId, slot } = action;
    return [
      {
        kind: "not-crash-consistent",
        subject: instanceId,
        message: `the snapshots of ${instanceId} for ${slot} are not of one instant: EC2 refused the set (${setRefused}), so each volume was taken by itself${status === "done" ? "" : ` (${detail})`}`,
        hint: "A restore of these volumes together may need a file system check. The next run tries the set again.",
        notice: true,
      },
    ];
  });
}

/** Notices what EC2 or the organization refused to make with all its tags, so that it carries the vault's own alone. */
export function leftTags(outcomes: readonly Outcome[]): Problem[] {
  return outcomes.flatMap(({ action, tagsRefused }): Problem[] => {
    if (tagsRefused === undefined || (action.kind !== "snapshot" && action.kind !== "copy"))
      return [];
    const [subject, what] =
      action.kind === "snapshot"
        ? [action.instanceId, `the snapshots of ${action.instanceId} for ${action.slot}`]
        : [action.sourceSnapshotId, `the copy of ${action.sourceSnapshotId} in ${action.region}`];
    return [
      {
        kind: "tags-left-out",
        subject,
        message: `${what} carries the vault's tags alone: with the tags of its instance and volumes EC2 refused it (${tagsRefused})`,
        hint: "Restore is not affected. Correct the tag that the message names, or let the organization's tag policy allow it on snapshots.",
        notice: true,
      },
    ];
  });
}
