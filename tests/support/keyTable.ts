/**
 * Builds the table of key policies: who is allowed to use or administer a key of the vault, and who is not, by the
 * key's setup.
 */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import {
  type KeyFacts,
  type Who,
  administrators,
  iamAdmin,
  iamUser,
  plainRestorer,
  plainRole,
  restorer,
  rootUser,
  strangers,
  vaultRole,
} from "./keyCallers";
import {
  type Row,
  type Way,
  anyUse,
  directly,
  ebsRows,
  grantRow,
  misuseRows,
  otherUse,
  row,
  through,
  what,
} from "./keyRows";

const OTHER_READING = ["GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListResourceTags"];
const reading = what("look at it", "DescribeKey", ...OTHER_READING);
const state = what("ask for its state", "DescribeKey");
const otherReading = what("look at what it is else", ...OTHER_READING);
const administration = what(
  "administer it",
  ...["CancelKeyDeletion", "CreateAlias", "DeleteAlias", "DeleteImportedKeyMaterial", "DisableKey"],
  ...["DisableKeyRotation", "EnableKey", "EnableKeyRotation", "RevokeGrant", "RotateKeyOnDemand"],
  ...["ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias", "UpdateKeyDescription"],
);
const newPolicy = what("put another policy", "PutKeyPolicy");
const decryption = what("decrypt", "Decrypt");
const writing = what("get a data key", "GenerateDataKey");
const otherThanWriting = what(
  "do more than get a data key",
  "Decrypt",
  "Encrypt",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
);
const otherThanReading = what(
  "do more than decrypt",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
);

/** Makes rows for use through EC2 of the intended regions, and of no other that the vault has. */
function userRows(who: Who, facts: KeyFacts, regions: readonly string[]): Row[] {
  const all = ["us-east-1", "us-west-2", "eu-west-1"];
  return [...all.flatMap((region) => ebsRows(regions.includes(region), who, region)), ...misuseRows(who, facts)];
}

/** Makes rows for a bucket: the function encrypts what it writes there, and people who restore read it. */
function bucketRows(facts: KeyFacts, purpose: "audit" | "manifests", isThere: boolean): Row[] {
  const { vaultId, region, restores } = facts;
  const forBucket = (bucket: string, way: Way): Way => ({
    how: `for the bucket ${bucket} ${way.how}`,
    context: { ...way.context, "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}` },
  });
  const bucket = `${vaultId}-${purpose}-${ACCOUNT_ID}-${purpose === "audit" ? "us-west-2" : region}`;
  const s3 = through("s3", region);
  const own = forBucket(bucket, s3);
  const others = [through("s3", "us-east-2"), through("lambda", region), directly].map((way) => forBucket(bucket, way));
  const role = vaultRole(facts);
  return [
    row(isThere, { ...role, iam: isThere ? "nothing" : "vault" }, writing, own),
    row(false, role, otherThanWriting, own),
    grantRow(false, role, own),
    ...[s3, forBucket("another", s3), ...others].map((way) => row(false, role, writing, way)),
    row(isThere && restores, restorer, decryption, own),
    row(false, restorer, otherThanReading, own),
    grantRow(false, restorer, own),
    ...[s3, forBucket("another", s3), ...others].map((way) => row(false, restorer, decryption, way)),
    row(isThere && restores, restorer, decryption, forBucket(`${bucket}/trail/x.json.gz`, s3)),
    ...[iamAdmin, rootUser, ...administrators, ...strangers(facts)].map((who) => row(false, who, anyUse, own)),
  ];
}

function trailRows(facts: KeyFacts): Row[] {
  const { vaultId, trail } = facts;
  const service = (name: string): Who => ({
    label: `the service ${name}`,
    caller: { service: `${name}.amazonaws.com` },
    iam: "nothing",
  });
  const of = (name: string): Way => ({
    how: `for the trail ${name}`,
    context: { "aws:SourceArn": `arn:aws:cloudtrail:us-east-1:${ACCOUNT_ID}:trail/${name}` },
  });
  const own = of(`${vaultId}-trail`);
  const cloudtrail = service("cloudtrail");
  const use = what("write files under it", "Decrypt", "DescribeKey", "GenerateDataKey");
  const more = what("do more", "CreateGrant", "Encrypt", "PutKeyPolicy", "ReEncryptFrom");
  return [
    row(trail, cloudtrail, use, own),
    row(false, cloudtrail, more, own),
    ...[of("another"), directly].map((way) => row(false, cloudtrail, use, way)),
    ...["config", "ec2", "s3"].map((name) => row(false, service(name), use, own)),
    ...[iamAdmin, rootUser, ...strangers(facts)].map((who) => row(false, who, anyUse, own)),
  ];
}

/**
 * Makes rows for reading and administering: by IAM, or by named administrators and, only for the policy, the root user.
 */
function administrationRows(facts: KeyFacts): Row[] {
  const { isSeparate } = facts;
  const rows = (who: Who, reads: boolean, changes: boolean, puts: boolean) => [
    row(reads, who, reading, directly),
    row(changes, who, administration, directly),
    row(puts, who, newPolicy, directly),
  ];
  const role = vaultRole(facts);
  const nobodies = [plainRole, plainRestorer, ...strangers(facts)];
  return [
    ...[iamAdmin, iamUser].flatMap((who) => rows(who, true, !isSeparate, !isSeparate)),
    ...(isSeparate ? rows(restorer, true, false, false) : []),
    ...rows(rootUser, true, !isSeparate, true),
    ...administrators.flatMap((who) => rows(who, isSeparate, isSeparate, isSeparate)),
    ...nobodies.flatMap((who) => rows(who, false, false, false)),
    // The function asks KMS only for the key's state, which the key's own policy allows.
    row(true, { ...role, iam: "nothing" }, state, directly),
    row(false, role, otherReading, directly),
    row(false, role, administration, directly),
    row(false, role, newPolicy, directly),
  ];
}

/**
 * Makes rows that allow a service nothing beyond its purpose, even if the request meets all the policy's conditions.
 */
function furtherRows(facts: KeyFacts): Row[] {
  const { vaultId, region } = facts;
  const buckets = [`${vaultId}-audit-${ACCOUNT_ID}-us-west-2`, `${vaultId}-manifests-${ACCOUNT_ID}-${region}`];
  const isForAws = { "kms:GrantIsForAWSResource": "true" };
  const ways = [
    through("ec2", region, isForAws),
    ...buckets.map((bucket) =>
      through("s3", region, { "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}`, ...isForAws }),
    ),
  ];
  return [vaultRole(facts), plainRestorer].flatMap((who) =>
    ways.flatMap((way) => [administration, newPolicy, otherUse].map((asked) => row(false, who, asked, way))),
  );
}

/** @returns each row once, by its name */
export function keyTable(facts: KeyFacts): Row[] {
  const useless = [iamAdmin, iamUser, plainRole, rootUser, ...administrators, ...strangers(facts)];
  const all = [
    ...userRows(vaultRole(facts), facts, facts.ec2Regions),
    ...userRows(restorer, facts, facts.restores ? [facts.region] : []),
    ...bucketRows(facts, "audit", facts.audit),
    ...bucketRows(facts, "manifests", facts.manifests),
    ...trailRows(facts),
    ...administrationRows(facts),
    ...furtherRows(facts),
    ...useless.flatMap((who) => [...ebsRows(false, who, facts.region), ...misuseRows(who, facts)]),
  ];
  return [...new Map(all.map((one) => [one.says, one])).values()];
}
