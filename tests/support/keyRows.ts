/** Makes rows of the table of key policies: who asks for what, how, and if the key allows it. */
import type { KeyFacts, Who } from "./keyCallers";
import type { KeyRequest } from "../../src/iam/keyAccess";

export interface Row {
  who: Who;
  /** True if all actions are allowed, false if none is. */
  allowed: boolean;
  actions: readonly string[];
  context: KeyRequest["context"];
  /** The row's name. */
  says: string;
}

/** The way of a request: in words, and what KMS sees of it. */
export interface Way {
  how: string;
  context: KeyRequest["context"];
}

export const directly: Way = { how: "directly", context: {} };

export function through(service: string, region: string, more: Way["context"] = {}): Way {
  const via = `${service}.${region}.amazonaws.com`;
  return { how: `through ${service} of ${region}`, context: { "kms:ViaService": via, ...more } };
}

/** A request, in words and as actions of KMS (Service Authorization Reference, AWS KMS). */
export interface What {
  words: string;
  actions: readonly string[];
}

export const what = (words: string, ...names: string[]): What => ({
  words,
  actions: names.map((name) => `kms:${name}`),
});

const CRYPTOGRAPHY = [
  ...["Decrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
  ...["ReEncryptFrom", "ReEncryptTo"],
];

/** Actions that EBS uses when it reads and writes a volume or snapshot. */
const ebsUse = what("read and write volumes with it", ...CRYPTOGRAPHY, "DescribeKey");
const encryption = what("encrypt or decrypt", ...CRYPTOGRAPHY);
/** All other actions that read, write or pass a key on. */
export const otherUse = what(
  "use it in another way",
  ...["DeriveSharedSecret", "Encrypt", "GenerateDataKeyPair"],
  ...["GenerateDataKeyPairWithoutPlaintext", "GenerateMac", "ImportKeyMaterial", "ReplicateKey"],
  ...["RetireGrant", "Sign", "Verify", "VerifyMac"],
);
export const anyUse = what(
  "use it",
  ...[encryption, otherUse].flatMap(({ actions }) => actions.map((one) => one.slice(4))),
);
const awsGrant = what("grant it for an AWS resource", "CreateGrant");
const otherGrant = what("grant it to a principal of its choice", "CreateGrant");

export function row(allowed: boolean, who: Who, { words, actions }: What, way: Way): Row {
  const says = `${who.label} ${allowed ? "may" : "may not"} ${words} ${way.how}`;
  return { who, allowed, actions, context: way.context, says };
}

export function grantRow(allowed: boolean, who: Who, way: Way): Row {
  const context = { ...way.context, "kms:GrantIsForAWSResource": "true" };
  return row(allowed, who, awsGrant, { ...way, context });
}

/** Makes rows for use through EC2 of a region, including grants for what EC2 makes; only the key's policy allows it. */
export function ebsRows(allowed: boolean, who: Who, region: string): Row[] {
  const ec2 = through("ec2", region);
  if (!allowed) return [row(false, who, encryption, ec2), grantRow(false, who, ec2)];
  const plain = { ...who, iam: "nothing" as const };
  return [row(true, plain, ebsUse, ec2), grantRow(true, plain, ec2)];
}

/** Makes rows for every way to use a key that nobody is allowed. */
export function misuseRows(who: Who, { region }: KeyFacts): Row[] {
  const ec2 = through("ec2", region);
  const context = { ...ec2.context, "kms:GrantIsForAWSResource": "false" };
  const others = ["rds", "backup", "secretsmanager"].map((name) => through(name, region));
  const ways = [directly, ...others, through("ec2", "ap-southeast-2")];
  return [
    ...ways.flatMap((way) => [row(false, who, anyUse, way), grantRow(false, who, way)]),
    row(false, who, otherUse, ec2),
    row(false, who, otherGrant, { ...ec2, context }),
    row(false, who, otherGrant, { ...directly, how: "directly, as nothing says for what" }),
  ];
}
