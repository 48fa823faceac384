/** Tests that the configuration alone decides whether the function's permissions fit what IAM accepts for a role. */
import { configOf } from "../../src/config/config";
import { partitionOf } from "../../src/iam/partition";
import { rightsLength } from "../../src/config/checks/policySize";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { faults, withValues } from "../support/rawConfig";
import { VAULT } from "../support/stackPolicies";
import { ROOT, declareStack } from "../support/stackProgram";

const KEYS = Array.from(
  { length: 40 },
  (_, index) => `arn:aws:kms:us-east-1:123456789012:key/${String(index).padStart(36, "0")}`,
);
const FIVE = '["us-west-1","us-west-2","eu-west-1","eu-central-1","ap-northeast-1"]';
const EVERYTHING = {
  drRegion: "",
  drRegions: FIVE,
  encryptPrimary: "true",
  lock: '{"mode":"governance","days":7}',
  audit: "true",
};

const FAULT =
  /^([a-zA-Z, ]+): expected so few that the function's rights fit IAM's 10240 characters a role, got (\d+): /;

function refused(values: Record<string, string>): { keys: string; length: number } | undefined {
  const [fault, ...others] = faults(withValues(values));
  expect(others).toStrictEqual([]);
  if (fault === undefined) return undefined;
  const [, keys = "", length = ""] = FAULT.exec(fault) ?? [];
  return { keys, length: Number(length) };
}

test.each([
  ["a plain stack", []],
  ["a stack with all that adds to them", Object.entries(EVERYTHING).map(([key, value]) => `${key}=${value}`)],
])("computes the length of the permissions as it is, for %s", async (_what, overrides) => {
  const stack = await declareStack("prod", overrides);
  const { policy } = stack.inputs("aws:iam/rolePolicy:RolePolicy", `${VAULT}-function`);
  const { project, values } = loadStackConfig(ROOT, "prod", overrides);
  expect(rightsLength(configOf(project, "prod", values))).toBe(String(policy).length);
});

test("accepts five DR regions, encryption, a lock, audit and four source keys", () => {
  expect(refused({ ...EVERYTHING, sourceKeyArns: JSON.stringify(KEYS.slice(0, 4)) })).toBe(undefined);
});

test("names the settings that must be shortened", () => {
  const sourceKeyArns = JSON.stringify(KEYS);
  expect(refused({ sourceKeyArns })?.keys).toBe("sourceKeyArns");
  expect(refused({ ...EVERYTHING, sourceKeyArns })?.keys).toBe("sourceKeyArns, drRegions");
});

test("accepts exactly 10,240 characters and refuses one more", () => {
  const named = (length: number) => {
    const names = Array.from({ length: 27 }, (_, index) => String(index).padEnd(200, "n"));
    const all = [...names, "l".repeat(length)].map((name) => [name, { retentionDays: 7 }]);
    return refused({ policies: JSON.stringify(Object.fromEntries(all)) });
  };
  const long = named(256);
  expect(long?.keys).toBe("policies");
  const fitting = 256 - ((long?.length ?? 0) - 10_240);
  expect(fitting).toBeGreaterThan(0);
  expect(named(fitting)).toBe(undefined);
  expect(named(fitting + 1)?.length).toBe(10_241);
});

test("checks a dry run for the permissions that it will need afterwards", () => {
  expect(refused({ dryRun: "true", sourceKeyArns: JSON.stringify(KEYS) })?.keys).toBe("sourceKeyArns");
});

test.each([
  ["eu-central-1", "aws"],
  ["us-west-2", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-east-1", "aws-us-gov"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["us-isof-south-1", "aws-iso-f"],
  ["eu-isoe-west-1", "aws-iso-e"],
  ["eusc-de-east-1", "aws-eusc"],
])("puts the region %s into the partition %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});
