/**
 * Permissions to deploy the audit bucket, the trail and the budget. None covers objects, because nobody deploys those.
 */
import { auditBucketName } from "../src/iam/auditPolicies";
import { type Account, namesOf } from "../src/iam/names";
import { type Grant, actions } from "./grant";

/** Returns the ARN pattern of a vault's audit bucket, in whichever region it is. */
export function auditBucketArn({ partition, accountId }: Account, vaultId: string): string {
  return `arn:${partition}:s3:::${auditBucketName(vaultId, accountId, "*")}`;
}

export function auditGrants(account: Account, vaultId: string): Grant[] {
  const { partition, accountId } = account;
  return [
    {
      sid: "AuditBucket",
      // The provider reads every part that a bucket can have, whether it is set or not.
      reads: actions(
        "s3",
        ...["GetBucket*", "GetEncryptionConfiguration", "GetLifecycleConfiguration"],
        ...["GetReplicationConfiguration", "GetAccelerateConfiguration", "ListBucket"],
      ),
      writes: actions(
        "s3",
        ...["CreateBucket", "DeleteBucket", "PutBucketTagging", "PutBucketPolicy"],
        ...["DeleteBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketOwnershipControls"],
        ...["PutEncryptionConfiguration", "PutBucketVersioning", "PutLifecycleConfiguration"],
        "PutBucketObjectLockConfiguration",
      ),
      resources: [auditBucketArn(account, vaultId)],
    },
    {
      sid: "Trail",
      reads: actions(
        "cloudtrail",
        ...["GetTrail", "GetTrailStatus", "GetEventSelectors", "GetInsightSelectors", "ListTags"],
      ),
      writes: actions(
        "cloudtrail",
        ...["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"],
        ...["PutEventSelectors", "AddTags", "RemoveTags"],
      ),
      resources: [`arn:${partition}:cloudtrail:*:${accountId}:trail/${namesOf(vaultId).trail}`],
    },
    {
      sid: "Budget",
      reads: actions("budgets", "ViewBudget", "ListTagsForResource"),
      writes: actions("budgets", "ModifyBudget", ...["TagResource", "UntagResource"]),
      resources: [`arn:${partition}:budgets::${accountId}:budget/${vaultId}`],
    },
  ];
}
