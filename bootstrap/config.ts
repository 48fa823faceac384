/** Reads and validates the bootstrap's configuration. It reports all mistakes at once, one line each. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type ConfigError, configError, refuse } from "../src/config/configError";
import { vaultIdError } from "../src/config/names";
import { partitionRefusal } from "../src/iam/partition";

export interface GithubSource {
  owner: string;
  repository: string;
  ownerId: string;
  repositoryId: string;
  branch: string;
}

export interface BootstrapConfig {
  vaultProject: string;
  stacks: string[];
  github?: GithubSource;
  pulumiOrganization?: string;
  stateBucket?: string;
  sourceKeyArns: string[];
  operatorRole: boolean;
  operatorInstanceRoleArns: string[];
}

const NAME = /^[a-z0-9][\w-]*$/i;
/** S3's rules. They exclude two dots, a dash beside a dot, and an address (S3 user guide, "Bucket naming rules"). */
const BUCKET = /^(?=.{3,63}$)(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9]+((\.|-+)[a-z0-9]+)*$/;
/** Expected form of each key that is set. An error quotes the expectation. */
const SHAPES: readonly [
  key: Exclude<keyof Raw, "stacks" | "sourceKeyArns" | "operatorRole" | "operatorInstanceRoleArns">,
  shape: RegExp,
  expected: string,
][] = [
  ["vaultProject", NAME, "the name of a Pulumi project"],
  ["githubRepository", /^$|^[\w-]+\/[\w.-]+$/, "a repository as owner/name"],
  ["githubOwnerId", /^\d*$/, "a number: gh api repos/OWNER/NAME --jq .owner.id"],
  ["githubRepositoryId", /^\d*$/, "a number: gh api repos/OWNER/NAME --jq .id"],
  ["githubBranch", /^[\w./-]+$/, "the name of a branch"],
  ["pulumiOrganization", /^[a-z0-9-]*$/, "an organization's name, which is in lower case"],
  ["stateBucket", new RegExp(`^$|${BUCKET.source}`), "a bucket's name, of S3's rules"],
];

/** Values as they are configured. */
export interface Raw {
  vaultProject: string;
  stacks: readonly string[];
  githubRepository: string;
  githubOwnerId: string;
  githubRepositoryId: string;
  githubBranch: string;
  pulumiOrganization: string;
  stateBucket: string;
  sourceKeyArns: readonly string[];
  operatorRole: boolean;
  operatorInstanceRoleArns: readonly string[];
}

const KEY_ARN = /^arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]+$/;
/** A managed policy holds 6,144 characters (IAM user guide, "IAM and AWS STS quotas"), and each key is in the boundary twice. */
const MAX_SOURCE_KEYS = 10;

function keyErrors(arns: readonly string[]): ConfigError[] {
  const isGood = arns.length <= MAX_SOURCE_KEYS && arns.every((arn) => KEY_ARN.test(arn));
  if (isGood) return [];
  return [configError("sourceKeyArns", `up to ${MAX_SOURCE_KEYS} ARNs of KMS keys`, JSON.stringify(arns))];
}

const INSTANCE_ROLE = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/*-]+$/;
/** They share the 6,144 characters of the operator's boundary with the keys. */
const MAX_INSTANCE_ROLES = 10;

function instanceRoleErrors(arns: readonly string[]): ConfigError[] {
  if (arns.length <= MAX_INSTANCE_ROLES && arns.every((arn) => INSTANCE_ROLE.test(arn))) return [];
  const expected = `up to ${MAX_INSTANCE_ROLES} ARNs of IAM roles`;
  return [configError("operatorInstanceRoleArns", expected, JSON.stringify(arns))];
}

/** Checks the names that the project gives the stacks' vaults, because their roles have them too. */
function stackErrors({ vaultProject, stacks }: Raw): ConfigError[] {
  if (stacks.length === 0 || !stacks.every((stack) => NAME.test(stack))) {
    return [configError("stacks", "at least one stack's name", JSON.stringify(stacks))];
  }
  return stacks.flatMap((stack) => {
    const vaultId = `${vaultProject}-${stack}`;
    const error = NAME.test(vaultProject) ? vaultIdError(vaultId) : undefined;
    return error === undefined ? [] : [configError("stacks", error, `"${vaultId}"`)];
  });
}

function errorsOf(raw: Raw): ConfigError[] {
  const errors = SHAPES.flatMap(([key, shape, expected]) => {
    const given = raw[key];
    return shape.test(given) ? [] : [configError(key, expected, JSON.stringify(given))];
  });
  const { githubRepository, githubOwnerId, githubRepositoryId, pulumiOrganization } = raw;
  errors.push(...stackErrors(raw));
  if (githubRepository !== "" && (githubOwnerId === "" || githubRepositoryId === "")) {
    errors.push(configError(["githubOwnerId", "githubRepositoryId"], "both with githubRepository", "none"));
  }
  if (githubRepository === "" && pulumiOrganization === "") {
    errors.push(configError(["githubRepository", "pulumiOrganization"], "one of them or both", "none"));
  }
  return [...errors, ...keyErrors(raw.sourceKeyArns), ...instanceRoleErrors(raw.operatorInstanceRoleArns)];
}

/**
 * @param region `aws:region`, where the stack has it
 * @throws an error with a line for each mistake
 */
export function parseBootstrap(raw: Raw, region?: string): BootstrapConfig {
  const refused = region === undefined ? undefined : partitionRefusal(region);
  const ofRegion = refused && configError("aws:region", refused.expected, refused.got, refused.why);
  refuse("the bootstrap", [...errorsOf(raw), ...(ofRegion === undefined ? [] : [ofRegion])]);
  const { vaultProject, stacks, pulumiOrganization, stateBucket, sourceKeyArns } = raw;
  const [owner = "", repository = ""] = raw.githubRepository.split("/");
  const github = {
    owner,
    repository,
    ownerId: raw.githubOwnerId,
    repositoryId: raw.githubRepositoryId,
    branch: raw.githubBranch,
  };
  return {
    vaultProject,
    stacks: [...stacks],
    sourceKeyArns: [...sourceKeyArns],
    operatorRole: raw.operatorRole,
    operatorInstanceRoleArns: [...raw.operatorInstanceRoleArns],
    ...(raw.githubRepository !== "" && { github }),
    ...(pulumiOrganization !== "" && { pulumiOrganization }),
    ...(stateBucket !== "" && { stateBucket }),
  };
}

export function readBootstrap(): BootstrapConfig {
  const config = new pulumi.Config();
  const raw = {
    vaultProject: config.require("vaultProject"),
    stacks: config.requireObject<string[]>("stacks"),
    githubRepository: config.require("githubRepository"),
    githubOwnerId: config.require("githubOwnerId"),
    githubRepositoryId: config.require("githubRepositoryId"),
    githubBranch: config.require("githubBranch"),
    pulumiOrganization: config.require("pulumiOrganization"),
    stateBucket: config.require("stateBucket"),
    sourceKeyArns: config.requireObject<string[]>("sourceKeyArns"),
    operatorRole: config.requireBoolean("operatorRole"),
    operatorInstanceRoleArns: config.requireObject<string[]>("operatorInstanceRoleArns"),
  };
  return parseBootstrap(raw, aws.config.region);
}
