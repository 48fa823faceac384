/**
 * A bucket of the vault: encrypted under the key of its region, versioned, closed to the public, and kept like the key
 * itself. Object Lock is always enabled, because Pulumi cannot add it to a bucket without replacing it; alone it locks
 * nothing. See docs/adr/0014.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { bucketPolicy } from "../iam/auditPolicies";
import { bucketArnOf, bucketName } from "../iam/buckets";
import type { Account } from "../iam/names";
import type { BucketTarget } from "../vault/model/settings";

export interface BucketArgs {
  vaultId: string;
  purpose: "audit" | "manifests";
  /** The bucket's own region. */
  region: string;
  account: pulumi.Output<Account>;
  keyArn: pulumi.Input<string>;
  /** Days after which objects expire, by prefix. */
  expiring: Readonly<Record<string, number>>;
  /** 0: nothing is locked. */
  lockDays: number;
  /** ARN of the trail that writes there, by account. */
  trailOf?: (account: Account) => string;
  protect: boolean;
  tags: Record<string, string>;
}

export interface MadeBucket {
  target: pulumi.Output<BucketTarget>;
  /** Resources that must exist before anything is written. */
  parts: pulumi.Resource[];
}

/** Days for which a replaced or deleted object is kept. */
const OLD_VERSION_DAYS = 30;
const ABANDONED_UPLOAD_DAYS = 7;

function lifecycleRules(expiring: BucketArgs["expiring"]): aws.types.input.s3.BucketLifecycleConfigurationRule[] {
  return [
    ...Object.entries(expiring).map(([prefix, days]) => ({
      id: `expire-${prefix}`,
      status: "Enabled",
      filter: { prefix: `${prefix}/` },
      expiration: { days },
    })),
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
  { keyArn, expiring, lockDays }: BucketArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
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
  const lifecycle = { bucket, rules: lifecycleRules(expiring) };
  const limited = new aws.s3.BucketLifecycleConfiguration(name, lifecycle, after);
  const parts = [closed, owned, encrypted, versioned, limited];
  if (lockDays === 0) return parts;
  const lock = { bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: lockDays } } };
  return [...parts, new aws.s3.BucketObjectLockConfiguration(name, lock, after)];
}

/**
 * Makes a bucket.
 * @param name logical name of the bucket and all its parts
 * @param opts options of its region's resources
 */
export function closedBucket(name: string, args: BucketArgs, opts: pulumi.CustomResourceOptions): MadeBucket {
  const { vaultId, purpose, region, account, trailOf, protect, tags } = args;
  const kept = { ...opts, protect, retainOnDelete: protect };
  const physicalName = account.apply(({ accountId }) => bucketName(vaultId, purpose, accountId, region));
  const bucket = new aws.s3.Bucket(
    name,
    { bucket: physicalName, objectLockEnabled: true, forceDestroy: !protect, tags },
    kept,
  );
  const parts = settle(name, bucket.bucket, args, kept);
  const policy = pulumi
    .all([account, physicalName])
    .apply(([acc, physical]) => JSON.stringify(bucketPolicy(acc, bucketArnOf(acc, physical), trailOf?.(acc))));
  const guarded = new aws.s3.BucketPolicy(name, { bucket: bucket.bucket, policy }, { ...kept, dependsOn: parts });
  const target = pulumi
    .all([bucket.bucket, bucket.bucketRegionalDomainName])
    .apply(([physical, host]) => ({ bucket: physical, region, host }));
  return { target, parts: [...parts, guarded] };
}
