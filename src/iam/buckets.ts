/**
 * Names of the vault's buckets, and permissions on them: the function only writes, under its own prefixes, and the
 * principals that restore may decrypt. Pure.
 */
import { createHash } from "node:crypto";
import type * as aws from "@pulumi/aws";
import { MANIFEST_PREFIXES, RUNS_PREFIX } from "../vault/model/objectKeys";
import type { BucketTarget } from "../vault/model/settings";
import type { Account } from "./names";

type Statement = aws.types.input.iam.PolicyStatement;

/** S3 accepts 63 characters (S3 user guide, "Bucket naming rules"). Account, longest region and three dashes take 29. */
const MAX_NAME = 63 - 12 - 14 - 3;
const HASH = 8;

/**
 * Returns one name for each account, vault, purpose and region, the same each time: policies name the bucket before it
 * exists, and a restore finds it without the stack. If a vault's id does not fit a bucket's name, by its length or
 * letters, it is shortened, and a hash makes it unique.
 */
export function bucketName(vaultId: string, purpose: "audit" | "manifests", accountId: string, region: string): string {
  const most = MAX_NAME - purpose.length;
  const isGood = vaultId.length <= most && /^[a-z0-9][a-z0-9-]*$/.test(vaultId);
  const plain = vaultId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "");
  const hash = createHash("sha256").update(vaultId).digest("hex").slice(0, HASH);
  const stem = isGood ? vaultId : `${plain.slice(0, most - HASH - 1)}${hash}`;
  return `${stem}-${purpose}-${accountId}-${region}`;
}

export function bucketArnOf({ partition }: Pick<Account, "partition">, bucket: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

/** The configuration that decides which buckets a vault has. */
export interface BucketConfig {
  vaultId: string;
  drRegions: readonly string[];
  audit: boolean;
  manifests: boolean;
}

/** Returns the ARNs of the vault's buckets in a DR region: the audit bucket is in the first one. */
export function bucketArnsIn(
  region: string,
  { vaultId, drRegions, audit, manifests }: BucketConfig,
  account: Account,
): string[] {
  const purposes = [
    ...(audit && region === drRegions[0] ? (["audit"] as const) : []),
    ...(manifests ? (["manifests"] as const) : []),
  ];
  return purposes.map((purpose) => bucketArnOf(account, bucketName(vaultId, purpose, account.accountId, region)));
}

/** Buckets that the function writes to. */
export interface WrittenBuckets {
  vaultId: string;
  /** Absent: no audit log. */
  audit?: BucketTarget;
  /** One per DR region; empty: no manifests. */
  manifests: readonly BucketTarget[];
}

/**
 * Returns the function's permission for new objects under its own prefixes. Manifest buckets are named by a pattern for
 * the region, because five regions would not fit the role's policy. The account is a condition, so that nobody else's
 * bucket gets an object, whatever its name. The policy of each key allows its use for these buckets, which is enough
 * within an account (KMS developer guide, "Key policies").
 */
export function writePermissions(account: Account, { vaultId, audit, manifests }: WrittenBuckets): Statement[] {
  const { accountId } = account;
  const under = (bucket: string, prefixes: readonly string[]) =>
    prefixes.map((prefix) => `${bucketArnOf(account, bucket)}/${prefix}/*`);
  const Resource = [
    ...(audit === undefined ? [] : under(audit.bucket, [RUNS_PREFIX])),
    ...(manifests.length === 0 ? [] : under(bucketName(vaultId, "manifests", accountId, "*"), MANIFEST_PREFIXES)),
  ];
  if (Resource.length === 0) return [];
  const Condition = { StringEquals: { "aws:ResourceAccount": accountId } };
  return [{ Sid: "WriteObjects", Effect: "Allow", Action: "s3:PutObject", Resource, Condition }];
}

export interface BucketKeyArgs {
  roleArn: string;
  restoreRoleArns: readonly string[];
  /** Region of the key and its buckets. */
  region: string;
  /** The vault's buckets there; none: the key has no statement for S3. */
  bucketArns: readonly string[];
  /** Absent: no trail writes to a bucket there. */
  trailArn?: string;
}

/** Returns the statements of a DR key's policy for the vault's buckets in its region. */
export function bucketKeyStatements(args: BucketKeyArgs): Statement[] {
  const { roleArn, restoreRoleArns, region, bucketArns, trailArn } = args;
  if (bucketArns.length === 0) return [];
  const statements: Statement[] = [
    {
      Sid: "VaultWrites",
      Effect: "Allow",
      Principal: { AWS: [roleArn] },
      Action: "kms:GenerateDataKey",
      Resource: "*",
      // With a bucket key, KMS gets the bucket as encryption context (S3 user guide, "Reducing the cost of SSE-KMS with
      // Amazon S3 Bucket Keys").
      Condition: {
        StringEquals: {
          "kms:ViaService": `s3.${region}.amazonaws.com`,
          "kms:EncryptionContext:aws:s3:arn": [...bucketArns],
        },
      },
    },
  ];
  if (restoreRoleArns.length > 0) {
    statements.push({
      Sid: "ReadObjects",
      Effect: "Allow",
      Principal: { AWS: [...restoreRoleArns] },
      Action: "kms:Decrypt",
      Resource: "*",
      // Each of the trail's files has its own key, so the file's own ARN identifies it.
      Condition: {
        StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` },
        StringLike: { "kms:EncryptionContext:aws:s3:arn": bucketArns.flatMap((arn) => [arn, `${arn}/*`]) },
      },
    });
  }
  if (trailArn !== undefined) {
    statements.push({
      // A bucket with a bucket key requires Decrypt (CloudTrail user guide, "Configure AWS KMS key policies").
      Sid: "TrailEncrypts",
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceArn": trailArn } },
    });
  }
  return statements;
}
