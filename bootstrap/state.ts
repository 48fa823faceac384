/**
 * Bucket for Pulumi's state, for those without Pulumi Cloud, and the KMS key that encrypts it and the stacks' secrets.
 * Old versions are kept for ninety days, so a lost or damaged state can be restored.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../src/iam/names";
import { tlsOnly } from "../src/iam/tlsOnly";
import type { Grant } from "./grant";

const OLD_VERSION_DAYS = 90;

export interface StateStore {
  bucketArn: pulumi.Output<string>;
  keyArn: pulumi.Output<string>;
}

/** Lets the account administer the key, and lets its IAM policies decide who uses it. */
function keyPolicy({ partition, accountId }: Account): aws.iam.PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountDecides",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  };
}

function bucketPolicy(bucketArn: string): aws.iam.PolicyDocument {
  return { Version: "2012-10-17", Statement: [tlsOnly(bucketArn)] };
}

function stateKey(account: pulumi.Output<Account>, tags: Record<string, string>): aws.kms.Key {
  const key = new aws.kms.Key(
    "state",
    {
      description: "State and secrets of Smart Vault's stacks",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: account.apply((acc) => JSON.stringify(keyPolicy(acc))),
      tags,
    },
    { protect: true },
  );
  new aws.kms.Alias("state", { name: "alias/smart-vault-state", targetKeyId: key.keyId });
  return key;
}

export function stateStore(name: string, account: pulumi.Output<Account>, tags: Record<string, string>): StateStore {
  const key = stateKey(account, tags);
  const bucket = new aws.s3.Bucket("state", { bucket: name, tags }, { protect: true });
  const of = { bucket: bucket.bucket };
  new aws.s3.BucketOwnershipControls("state", {
    ...of,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  const closed = new aws.s3.BucketPublicAccessBlock("state", {
    ...of,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  const byDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn };
  new aws.s3.BucketServerSideEncryptionConfiguration("state", {
    ...of,
    rules: [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: true }],
  });
  const versions = new aws.s3.BucketVersioning("state", {
    ...of,
    versioningConfiguration: { status: "Enabled" },
  });
  const expire = {
    id: "old-versions",
    status: "Enabled",
    filter: {},
    noncurrentVersionExpiration: { noncurrentDays: OLD_VERSION_DAYS },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  };
  new aws.s3.BucketLifecycleConfiguration("state", { ...of, rules: [expire] }, { dependsOn: [versions] });
  const policy = bucket.arn.apply((arn) => JSON.stringify(bucketPolicy(arn)));
  // S3 refuses both at the same time.
  new aws.s3.BucketPolicy("state", { ...of, policy }, { dependsOn: [closed] });
  return { bucketArn: bucket.arn, keyArn: key.arn };
}

/**
 * Returns the permissions of one stack's jobs in the bucket, by prefix. They cover every object that Pulumi's own back
 * end for object storage keeps for that stack (pulumi/pulumi, pkg/backend/diy: store.go, state.go, stack_tags.go,
 * lock.go, journal.go). A preview reads all of it and writes none.
 *
 * `<stack>.` covers the checkpoint, its backup, compressed and retained ones, and the tags, which every preview and
 * update reads. No vault's stack has a dot in its name (src/config/names.ts), so no other stack has this prefix. S3
 * answers 404 for a missing object, as the back end expects, only to a caller who is also allowed to list the bucket
 * (S3 API reference, GetObject).
 */
export function stateGrants(bucketArn: string, keyArn: string, project: string, stack: string): Grant[] {
  const file = (path: string) => `${bucketArn}/.pulumi/${path}`;
  return [
    { sid: "StateList", reads: ["s3:ListBucket", "s3:GetBucketLocation"], resources: [bucketArn] },
    { sid: "StateMeta", reads: ["s3:GetObject"], resources: [file("meta.yaml")] },
    {
      sid: "State",
      reads: ["s3:GetObject"],
      writes: ["s3:PutObject", "s3:DeleteObject"],
      resources: [
        file(`stacks/${project}/${stack}.*`),
        file(`history/${project}/${stack}/*`),
        file(`backups/${project}/${stack}/*`),
        file(`journal/${project}/${stack}/*`),
        file(`locks/organization/${project}/${stack}/*`),
      ],
    },
    {
      sid: "StateKey",
      reads: ["kms:Decrypt", "kms:DescribeKey"],
      writes: ["kms:Encrypt", "kms:GenerateDataKey"],
      resources: [keyArn],
    },
  ];
}
