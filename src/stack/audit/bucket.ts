/**
 * The audit bucket, in the first DR region: encrypted under the vault's key there, versioned, closed to the public, and
 * kept like the key itself. Object Lock is always enabled, because Pulumi cannot add it to a bucket without replacing
 * it; alone it locks nothing. See docs/adr/0014.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { RUNS_PREFIX } from "../../vault/model/auditKeys";
import type { AuditTarget } from "../../vault/model/settings";
import { TRAIL_PREFIX, auditBucketName, bucketArnOf, bucketPolicy, trailArnOf } from "../../iam/auditPolicies";
import type { Account } from "../../iam/names";

export interface AuditBucketArgs {
  vaultId: string;
  primaryRegion: string;
  /** The bucket's own region. */
  region: string;
  account: pulumi.Output<Account>;
  keyArn: pulumi.Input<string>;
  auditRetentionDays: number;
  /** 0: nothing is locked. */
  auditLockDays: number;
  trail: boolean;
  protect: boolean;
  tags: Record<string, string>;
}

export interface AuditBucket {
  target: pulumi.Output<AuditTarget>;
  /** Resources that must exist before anything is written. */
  parts: pulumi.Resource[];
}

/** Days for which a replaced or deleted object is kept. */
const OLD_VERSION_DAYS = 30;
const ABANDONED_UPLOAD_DAYS = 7;

function lifecycleRules(days: number): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
  const expiring = (prefix: string) => ({
    id: `expire-${prefix}`,
    status: "Enabled",
    filter: { prefix: `${prefix}/` },
    expiration: { days },
  });
  return [
    expiring(RUNS_PREFIX),
    expiring(TRAIL_PREFIX),
    {
      id: "old-versions",
      status: "Enabled",
      filter: { prefix: "" },
      expiration: { expiredObjectDeleteMarker: true },
      noncurrentVersionExpiration: { noncurrentDays: OLD_VERSION_DAYS },
      abortIncompleteMultipartUpload: { daysAfterInitiation: ABANDONED_UPLOAD_DAYS },
    },
  ];
}

/** Makes the bucket's settings: each is a resource of its own, and kept as the bucket is. */
function settle(
  name: string,
  bucket: pulumi.Output<string>,
  args: AuditBucketArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { keyArn, auditRetentionDays, auditLockDays } = args;
  const closed = new aws.s3.BucketPublicAccessBlock(
    name,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  );
  const owned = new aws.s3.BucketOwnershipControls(
    name,
    { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    opts,
  );
  const encryption = { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };
  const encrypted = new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    { bucket, rules: [{ applyServerSideEncryptionByDefault: encryption, bucketKeyEnabled: true }] },
    opts,
  );
  const versioned = new aws.s3.BucketVersioning(name, { bucket, versioningConfiguration: { status: "Enabled" } }, opts);
  const after = { ...opts, dependsOn: [versioned] };
  const rules = lifecycleRules(auditRetentionDays);
  const expiring = new aws.s3.BucketLifecycleConfiguration(name, { bucket, rules }, after);
  const parts = [closed, owned, encrypted, versioned, expiring];
  if (auditLockDays === 0) return parts;
  const defaultRetention = { mode: "GOVERNANCE", days: auditLockDays };
  const lock = { bucket, rule: { defaultRetention } };
  return [...parts, new aws.s3.BucketObjectLockConfiguration(name, lock, after)];
}

/** @param opts options of the first DR region's resources */
export function auditBucket(args: AuditBucketArgs, opts: pulumi.CustomResourceOptions): AuditBucket {
  const { vaultId, primaryRegion, region, account, protect, tags } = args;
  const name = `${vaultId}-audit`;
  const kept = { ...opts, protect, retainOnDelete: protect };
  const bucketName = account.apply(({ accountId }) => auditBucketName(vaultId, accountId, region));
  const bucket = new aws.s3.Bucket(
    name,
    { bucket: bucketName, objectLockEnabled: true, forceDestroy: !protect, tags },
    kept,
  );
  const parts = settle(name, bucket.bucket, args, kept);
  const policy = pulumi.all([account, bucketName]).apply(([acc, physical]) => {
    const trailArn = args.trail ? trailArnOf(vaultId, acc, primaryRegion) : undefined;
    return JSON.stringify(bucketPolicy(acc, bucketArnOf(acc, physical), trailArn));
  });
  const guarded = new aws.s3.BucketPolicy(name, { bucket: bucket.bucket, policy }, { ...kept, dependsOn: parts });
  const target = pulumi
    .all([bucket.bucket, bucket.bucketRegionalDomainName])
    .apply(([physical, host]) => ({ bucket: physical, region, host }));
  return { target, parts: [...parts, guarded] };
}
