/** Policy of a bucket of the vault, with the trail's permissions if it writes there. Pure. */
import type * as aws from "@pulumi/aws";
import { type Account, namesOf } from "./names";
import { tlsOnly } from "./tlsOnly";

/** Prefix of the trail's files. */
export const TRAIL_PREFIX = "trail";

/** Returns the ARN of the trail, which is in the primary region. */
export function trailArnOf(vaultId: string, account: Account, primaryRegion: string): string {
  const { partition, accountId } = account;
  return `arn:${partition}:cloudtrail:${primaryRegion}:${accountId}:trail/${namesOf(vaultId).trail}`;
}

/**
 * Returns a policy that denies requests without TLS, and admits the trail if there is one (CloudTrail user guide,
 * "Amazon S3 bucket policy for CloudTrail").
 */
export function bucketPolicy(
  { accountId }: Account,
  bucketArn: string,
  trailArn: string | undefined,
): aws.iam.PolicyDocument {
  const forAll = tlsOnly(bucketArn);
  if (trailArn === undefined) return { Version: "2012-10-17", Statement: [forAll] };
  const trail = {
    Effect: "Allow" as const,
    Principal: { Service: "cloudtrail.amazonaws.com" },
  };
  return {
    Version: "2012-10-17",
    Statement: [
      forAll,
      {
        ...trail,
        Sid: "TrailLooks",
        Action: "s3:GetBucketAcl",
        Resource: bucketArn,
        Condition: { StringEquals: { "aws:SourceArn": trailArn } },
      },
      {
        ...trail,
        Sid: "TrailWrites",
        Action: "s3:PutObject",
        Resource: `${bucketArn}/${TRAIL_PREFIX}/AWSLogs/${accountId}/*`,
        Condition: {
          StringEquals: {
            "aws:SourceArn": trailArn,
            "s3:x-amz-acl": "bucket-owner-full-control",
          },
        },
      },
    ],
  };
}
