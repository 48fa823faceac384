/** Rules against public access and unencrypted transport. */
import { type Statement, statementsOf } from "../documents";
import { type Resource, rule } from "../resource";

/** Resources that have a policy of their own, and the input that it is in. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
};

function ownStatements({ type, props }: Resource): Statement[] {
  const input = RESOURCE_POLICIES[type];
  return input === undefined ? [] : statementsOf(props[input]);
}

/** Resources that one input makes public: type, input, and the values that do so. */
const PUBLIC: readonly [type: string, input: string, value: RegExp][] = [
  ["aws:lambda/permission:Permission", "principal", /^\*$/],
  ["aws:lambda/functionUrl:FunctionUrl", "authorizationType", /^NONE$/],
  ["aws:s3/bucket:Bucket", "acl", /^public-|^authenticated-read$/],
  ["aws:s3/bucketAcl:BucketAcl", "acl", /^public-|^authenticated-read$/],
];

export const nothingPublic = rule(
  "nothing-public",
  "Nothing can be called, read or taken by everybody",
  (resource, report) => {
    for (const { label, allows, principals, isInverted } of ownStatements(resource)) {
      if (allows && (isInverted || principals.includes("*"))) report(`${label} allows everybody`);
    }
    for (const [type, input, value] of PUBLIC) {
      const given = resource.props[input];
      if (resource.type === type && typeof given === "string" && value.test(given)) {
        report(`${input} is ${given}`);
      }
    }
  },
);

/** Resources whose policies must refuse requests without TLS: SNS, SQS and S3 would accept those. */
const TLS_POLICIES = new Set([
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sqs/queue:Queue",
]);

function refusesPlaintext({ allows, principals, condition }: Statement): boolean {
  const tests = JSON.stringify(condition.Bool ?? {});
  return !allows && principals.includes("*") && tests === '{"aws:SecureTransport":"false"}';
}

export const tlsOnly = rule(
  "tls-only",
  "Topics, queues and buckets refuse what is sent in the clear",
  (resource, report) => {
    if (!TLS_POLICIES.has(resource.type)) return;
    if (!ownStatements(resource).some(refusesPlaintext)) {
      report("no statement denies everybody where aws:SecureTransport is false");
    }
  },
);
