/**
 * Policies of the audit bucket, and those of the DR key for its sake: the function only writes, the trail writes its
 * files, and the principals that restore may decrypt. Pure.
 */
import { createHash } from "node:crypto";
import type * as aws from "@pulumi/aws";
import { AUDIT_PREFIXES } from "../vault/model/auditKeys";
import type { AuditTarget, KeyedRegion } from "../vault/model/settings";
import { type Account, namesOf } from "./names";
import { tlsOnly } from "./tlsOnly";

type Statement = aws.types.input.iam.PolicyStatement;

/** S3 accepts 63 characters. Account (12), the longest region (14) and `-audit` with the dashes leave 29 of them. */
const MAX_STEM = 29;
const HASHED_STEM = 20;

/** Prefix of the trail's files. */
export const TRAIL_PREFIX = "trail";

/**
 * Returns one name for each account, vault and region, the same each time, so that policies can name the bucket before
 * it exists. If a vault's id does not fit a bucket's name, by its length or letters, it is shortened, and a hash makes
 * it unique.
 */
export function auditBucketName(vaultId: string, accountId: string, region: string): string {
  const isGood = vaultId.length <= MAX_STEM && /^[a-z0-9][a-z0-9-]*$/.test(vaultId);
  const plain = vaultId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "");
  const hash = createHash("sha256").update(vaultId).digest("hex").slice(0, 8);
  const stem = isGood ? vaultId : `${plain.slice(0, HASHED_STEM)}${hash}`;
  return `${stem}-audit-${accountId}-${region}`;
}

export function bucketArnOf({ partition }: Pick<Account, "partition">, bucket: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

/** Returns the ARN of the trail, which is in the primary region. */
export function trailArnOf(vaultId: string, account: Account, primaryRegion: string): string {
  const { partition, accountId } = account;
  return `arn:${partition}:cloudtrail:${primaryRegion}:${accountId}:trail/${namesOf(vaultId).trail}`;
}

/**
 * Returns the function's permissions: new objects under its own prefixes, and a key for them. With a bucket key KMS
 * sees the bucket as encryption context (S3 user guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
 */
export function auditPermissions(
  account: Pick<Account, "partition">,
  { bucket, region }: AuditTarget,
  dr: readonly KeyedRegion[],
): Statement[] {
  const arn = bucketArnOf(account, bucket);
  const keys = dr.filter((one) => one.region === region).map(({ keyArn }) => keyArn);
  return [
    {
      Sid: "WriteAudit",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: AUDIT_PREFIXES.map((prefix) => `${arn}/${prefix}/*`),
    },
    {
      Sid: "EncryptAudit",
      Effect: "Allow",
      Action: "kms:GenerateDataKey",
      Resource: keys,
      Condition: writingOf(arn, region),
    },
  ];
}

function writingOf(bucketArn: string, region: string) {
  return {
    StringEquals: {
      "kms:ViaService": `s3.${region}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": bucketArn,
    },
  };
}

export interface AuditKeyArgs {
  roleArn: string;
  restoreRoleArns: readonly string[];
  /** The bucket's region. */
  region: string;
  bucketArn: string;
  /** Absent: there is no trail. */
  trailArn?: string;
}

/** Returns the DR key's statements for the audit bucket. */
export function auditKeyStatements(args: AuditKeyArgs): Statement[] {
  const { roleArn, restoreRoleArns, region, bucketArn, trailArn } = args;
  const statements: Statement[] = [
    {
      Sid: "VaultAudits",
      Effect: "Allow",
      Principal: { AWS: [roleArn] },
      Action: "kms:GenerateDataKey",
      Resource: "*",
      Condition: writingOf(bucketArn, region),
    },
  ];
  if (restoreRoleArns.length > 0) {
    statements.push({
      Sid: "ReadAudit",
      Effect: "Allow",
      Principal: { AWS: [...restoreRoleArns] },
      Action: "kms:Decrypt",
      Resource: "*",
      // Each of the trail's files has its own key, so the file's own ARN identifies it.
      Condition: {
        StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` },
        StringLike: { "kms:EncryptionContext:aws:s3:arn": [bucketArn, `${bucketArn}/*`] },
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
