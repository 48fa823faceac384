/**
 * A CloudTrail trail of management events, in every region: it shows who else changed snapshots and keys. Without a
 * trail in the account, nobody is notified of key events either (keyEvents.ts). Its files are under `trail/` of the
 * audit bucket, and CloudTrail signs digests of them.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { TRAIL_PREFIX } from "../iam/auditPolicies";
import { namesOf } from "../iam/names";

export interface TrailArgs {
  vaultId: string;
  bucket: pulumi.Input<string>;
  /** Key in the bucket's region, as CloudTrail requires. */
  keyArn: pulumi.Input<string>;
  tags: Record<string, string>;
}

/** @param opts options of the primary region's resources, after the bucket's policy, which CloudTrail checks */
export function auditTrail(args: TrailArgs, opts: pulumi.CustomResourceOptions): aws.cloudtrail.Trail {
  const { vaultId, bucket, keyArn, tags } = args;
  const name = namesOf(vaultId).trail;
  return new aws.cloudtrail.Trail(
    name,
    {
      name,
      s3BucketName: bucket,
      s3KeyPrefix: TRAIL_PREFIX,
      kmsKeyId: keyArn,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      tags,
    },
    opts,
  );
}
