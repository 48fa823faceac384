/**
 * Permissions to deploy the vault's buckets, the trail and the budget. None covers objects, because nobody deploys
 * those.
 */
import { bucketArnOf, bucketName } from "../src/iam/buckets";
import { type Account, namesOf } from "../src/iam/names";
import { type Grant, actions } from "./grant";

/** Returns the ARN patterns of a vault's buckets, in whichever regions they are. */
export function bucketArns(account: Account, vaultId: string): string[] {
  const purposes = ["audit", "manifests"] as const;
  return purposes.map((purpose) => bucketArnOf(account, bucketName(vaultId, purpose, account.accountId, "*")));
}

export function bucketGrants(account: Account, vaultId: string): Grant[] {
  const { partition, accountId } = account;
  return [
    {
      sid: "Buckets",
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
      resources: bucketArns(account, vaultId),
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
