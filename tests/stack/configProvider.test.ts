/**
 * Tests that a stack file's settings of the AWS provider reach every region's provider, or are refused under their key.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { PROVIDER_CONFIG_KEYS } from "../../src/config/provider";
import { vaultProviders } from "../../src/stack/providers";
import { RAW, faults } from "../support/rawConfig";
import { declareStack } from "../support/stackProgram";

const PROVIDER = "pulumi:providers:aws";
const ROLE = "arn:aws:iam::123456789012:role/deploy";

/** A valid value of each key, as YAML has it. */
const VALUES: Readonly<Record<(typeof PROVIDER_CONFIG_KEYS)[number], unknown>> = {
  accessKey: "AKIAEXAMPLE",
  allowedAccountIds: ["123456789012"],
  assumeRoleWithWebIdentity: { roleArn: ROLE, webIdentityTokenFile: "/token" },
  assumeRoles: [{ roleArn: ROLE, sessionName: "vault", externalId: "x" }],
  customCaBundle: "/ca.pem",
  defaultTags: { tags: { CostCenter: "4711" } },
  ec2MetadataServiceEndpoint: "http://169.254.169.254",
  ec2MetadataServiceEndpointMode: "IPv4",
  endpoints: [{ ec2: "http://localhost:4566", kms: "http://localhost:4566" }],
  forbiddenAccountIds: ["999999999999"],
  httpProxy: "http://proxy:3128",
  httpsProxy: "http://proxy:3128",
  ignoreTags: { keyPrefixes: ["kubernetes.io/"] },
  insecure: true,
  maxRetries: 5,
  noProxy: "localhost",
  profile: "backup-account",
  retryMode: "adaptive",
  s3UsEast1RegionalEndpoint: "regional",
  s3UsePathStyle: true,
  secretKey: "wJalrXUtnFEMI",
  sharedConfigFiles: ["/config"],
  sharedCredentialsFiles: ["/credentials"],
  skipCredentialsValidation: true,
  skipMetadataApiCheck: false,
  skipRegionValidation: false,
  skipRequestingAccountId: false,
  stsRegion: "eu-west-1",
  tagPolicyCompliance: "error",
  token: "session",
  tokenBucketRateLimiterCapacity: 500,
  useDualstackEndpoint: true,
  useFipsEndpoint: true,
  userAgents: ["vault"],
};

/** Returns what Pulumi passes to a provider: texts as they are, all else as JSON. */
const handed = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Inputs that the SDK makes secret by itself. */
const SECRETS: readonly string[] = ["accessKey", "secretKey", "token"];

test("knows every key of the AWS provider's configuration", () => {
  const known = [...PROVIDER_CONFIG_KEYS, "region"].sort();
  const keys = Object.keys(aws.config).filter((key) => key !== "requireRegion");
  expect(keys.sort()).toStrictEqual(known);
});

/** Returns the inputs of the providers of three regions that a stack's configuration makes, by name. */
async function providersOf(key: string, value: unknown, secrets: string[] = []) {
  const inputs: Record<string, Record<string, unknown>> = {};
  pulumi.runtime.setAllConfig({ [`aws:${key}`]: handed(value) }, secrets);
  await pulumi.runtime.setMocks({
    call: () => ({}),
    newResource: ({ name, inputs: given }) => {
      inputs[name] = given as Record<string, unknown>;
      return { id: name, state: {} };
    },
  });
  vaultProviders("us-east-1", ["us-west-2", "eu-west-1"]);
  await pulumi.runtime.disconnect();
  return inputs;
}

test.each(PROVIDER_CONFIG_KEYS)("passes aws:%s to the provider of every region", async (key) => {
  const value = handed(VALUES[key]);
  const wanted = SECRETS.includes(key) ? { [specialSigKey]: specialSecretSig, value } : value;
  const inputs = await providersOf(key, VALUES[key]);
  const regions = Object.entries(inputs).map(([name, given]) => [name, given.region, given[key]]);
  expect(regions).toStrictEqual([
    ["primary", "us-east-1", wanted],
    ["dr-us-west-2", "us-west-2", wanted],
    ["dr-eu-west-1", "eu-west-1", wanted],
  ]);
});

test("keeps the stack's secrets secret on their way to the providers", async () => {
  const roles = [{ roleArn: ROLE, externalId: "do-not-show" }];
  const inputs = await providersOf("assumeRoles", roles, ["aws:assumeRoles"]);
  const secret = { [specialSigKey]: specialSecretSig, value: JSON.stringify(roles) };
  const given = Object.values(inputs).map(({ assumeRoles }) => assumeRoles);
  expect(given).toStrictEqual([secret, secret, secret]);
});

test("gives those providers to the vault's resources in index.ts", async () => {
  const keys = ["profile", "assumeRoles", "allowedAccountIds", "defaultTags"] as const;
  const pairs = keys.map((key) => `aws:${key}=${handed(VALUES[key])}`);
  const { program } = await declareStack("dev", pairs);
  const providers = program.declared.filter(({ type }) => type === PROVIDER);
  expect(providers.map(({ name }) => name)).toStrictEqual(["primary", "dr-us-west-2"]);
  for (const { inputs } of providers) {
    const given = keys.map((key) => inputs[key]);
    expect(given).toStrictEqual(keys.map((key) => handed(VALUES[key])));
  }
  const others = program.declared.filter(({ type }) => type.startsWith("aws:"));
  const used = others.map(({ provider }) => provider.split("::").at(-2));
  expect(new Set(used)).toStrictEqual(new Set(["primary", "dr-us-west-2"]));
});

test("gives the provider only its region if the stack says nothing of it", async () => {
  const { program } = await declareStack("dev");
  const given = program.declared
    .filter(({ type }) => type === PROVIDER)
    .map(({ name, inputs }) => [name, Object.keys(inputs).sort()]);
  // The SDK sets the two skip settings.
  const keys = ["region", "skipCredentialsValidation", "skipRegionValidation"];
  expect(given).toStrictEqual([
    ["primary", keys],
    ["dr-us-west-2", keys],
  ]);
});

/** Returns the errors for one key with a value. */
const faultsOf = (provider: Record<string, unknown>) =>
  faults({
    ...RAW,
    provider: Object.fromEntries(Object.entries(provider).map(([key, one]) => [key, handed(one)])),
  });

test.each<[key: string, value: unknown, expected: string]>([
  ["allowedAccountIds", "123456789012", "a list of account ids, of 12 digits each"],
  ["allowedAccountIds", [], "a list of account ids, of 12 digits each"],
  ["allowedAccountIds", ["12345"], "a list of account ids, of 12 digits each"],
  ["forbiddenAccountIds", [{}], "a list of account ids, of 12 digits each"],
  ["assumeRoles", { roleArn: ROLE }, 'a list such as [{"roleArn"'],
  ["assumeRoles", [], 'a list such as [{"roleArn"'],
  ["assumeRoles", [{ roleArn: "deploy" }], "roleArn must be the ARN of an IAM role"],
  ["assumeRoles", [{ roleARN: ROLE }], "transitiveTagKeys, not roleARN"],
  ["assumeRoles", [{ roleArn: ROLE, policyArns: "x" }], "policyArns must be a text, or a list"],
  ["assumeRoleWithWebIdentity", [{ roleArn: ROLE }], "an object: one is no object"],
  ["defaultTags", { CostCenter: "4711" }, 'an object such as {"tags"'],
  ["defaultTags", { tags: { CostCenter: "" } }, "CostCenter has an empty value"],
  ["defaultTags", { tags: { "smart-vault:vault": "x" } }, "no key may begin with smart-vault:"],
  ["defaultTags", { tags: { Owner: "a*b" } }, "Owner must be a text of up to 256"],
  ["ignoreTags", { keys: ["smart-vault:vault"] }, "leave the tags smart-vault:* alone"],
  ["ignoreTags", { keyPrefixes: ["smart-"] }, "leave the tags smart-vault:* alone"],
  ["ignoreTags", { keyPrefixes: ["smart-vault:v"] }, "leave the tags smart-vault:* alone"],
  ["endpoints", [{ ec2: "https://ec2.us-east-1.amazonaws.com" }], "without the address of a single region"],
  [
    "endpoints",
    [{ kms: "https://vpce-1.kms.us-gov-west-1.vpce.amazonaws.com" }],
    "without the address of a single region",
  ],
  ["maxRetries", "many", "a whole number"],
  ["insecure", "yes", "true or false"],
  ["profile", "", "a text, or the key left out"],
  ["userAgents", "vault", "a list of texts"],
  ["allowedAccountId", ["123456789012"], "did you mean aws:allowedAccountIds?"],
  ["assumeRole", { roleArn: ROLE }, "did you mean aws:assumeRoles?"],
])("refuses aws:%s as %j under its key", (key, value, expected) => {
  const notified = faultsOf({ [key]: value });
  expect(notified).toHaveLength(1);
  expect(notified[0]).toMatch(new RegExp(`^aws:${key}: `));
  expect(notified[0]).toContain(expected);
});

test("accepts account ids that YAML read as numbers", () => {
  expect(faultsOf({ allowedAccountIds: [123456789012] })).toStrictEqual([]);
});

test("refuses account ids that are both allowed and forbidden, and those without an account to compare with", () => {
  const ids = ["123456789012"];
  expect(faultsOf({ allowedAccountIds: ids, forbiddenAccountIds: ids })).toStrictEqual([
    "aws:forbiddenAccountIds: expected none with aws:allowedAccountIds, got both",
  ]);
  expect(faultsOf({ forbiddenAccountIds: ids, skipRequestingAccountId: true })[0]).toMatch(
    /^aws:skipRequestingAccountId: expected false with account ids/,
  );
});

test.each(["accessKey", "secretKey", "token"])("shows the value of aws:%s in no message", (key) => {
  expect(faultsOf({ [key]: "" })).toStrictEqual([
    `aws:${key}: expected a text, or the key left out, got a secret value`,
  ]);
});

test("shows in no message the value of a key that the stack has as a secret", () => {
  const provider = { assumeRoles: '[{"roleArn":"do-not-show"}]' };
  const notified = faults({ ...RAW, provider, secretProviderKeys: ["assumeRoles"] });
  expect(notified).toHaveLength(1);
  expect(notified[0]).not.toContain("do-not-show");
});
