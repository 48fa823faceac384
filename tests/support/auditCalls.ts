/** Lists the AWS calls of deploying the audit bucket, the trail and the budget; see deployCalls.ts. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { Kind, Named } from "./deployCalls";

const bucketArn = ({ inputs }: Named) => `arn:aws:s3:::${String(inputs.bucket)}`;
const s3 = (...names: string[]) => names.map((name) => `s3:${name}`);

function part(reads: string[], writes: string[]): Kind {
  return { arn: bucketArn, reads: s3(...reads), writes: s3(...writes) };
}

function both(what: string): Kind {
  return part([`Get${what}`], [`Put${what}`]);
}

export const AUDIT_KINDS: Readonly<Record<string, Kind>> = {
  "s3/bucket": part(
    [
      ...["ListBucket", "GetBucketLocation", "GetBucketTagging", "GetBucketAcl", "GetBucketCORS"],
      ...["GetBucketWebsite", "GetBucketLogging", "GetBucketRequestPayment"],
      ...["GetReplicationConfiguration", "GetAccelerateConfiguration"],
    ],
    ["CreateBucket", "DeleteBucket", "PutBucketTagging"],
  ),
  "s3/bucketPolicy": part(["GetBucketPolicy"], ["PutBucketPolicy", "DeleteBucketPolicy"]),
  "s3/bucketPublicAccessBlock": both("BucketPublicAccessBlock"),
  "s3/bucketOwnershipControls": both("BucketOwnershipControls"),
  "s3/bucketServerSideEncryptionConfiguration": both("EncryptionConfiguration"),
  "s3/bucketVersioning": both("BucketVersioning"),
  "s3/bucketLifecycleConfiguration": both("LifecycleConfiguration"),
  "s3/bucketObjectLockConfiguration": both("BucketObjectLockConfiguration"),
  "cloudtrail/trail": {
    arn: ({ inputs }) => `arn:aws:cloudtrail:us-east-1:${ACCOUNT_ID}:trail/${String(inputs.name)}`,
    reads: ["cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags"],
    writes: ["CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "AddTags"].map(
      (name) => `cloudtrail:${name}`,
    ),
    more: () => [{ action: "cloudtrail:DescribeTrails", resource: "*", context: {} }],
  },
  "budgets/budget": {
    arn: ({ inputs }) => `arn:aws:budgets::${ACCOUNT_ID}:budget/${String(inputs.name)}`,
    reads: ["budgets:ViewBudget", "budgets:ListTagsForResource"],
    writes: ["budgets:ModifyBudget", "budgets:TagResource"],
  },
};
