/**
 * Tests the settings for DR regions, encryption in the primary region and dry runs: what `parseConfig` accepts and
 * says.
 */
import { type VaultConfig, parseConfig } from "../../src/config/config";
import { RAW, faults, withValues } from "../support/rawConfig";

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1234-abcd";
const LIST = "a list of up to 5 different AWS regions";

function withRegions(regions: unknown, drRegion = "") {
  return withValues({ drRegion, drRegions: JSON.stringify(regions) });
}

describe("DR regions", () => {
  test.each<[string, string, string[]]>([
    ["eu-central-1", "[]", ["eu-central-1"]],
    ["", '["eu-central-1"]', ["eu-central-1"]],
    ["", '["us-west-2","eu-west-1"]', ["us-west-2", "eu-west-1"]],
    [
      "",
      '["us-west-2","eu-west-1","ap-south-1","sa-east-1","ca-central-1"]',
      ["us-west-2", "eu-west-1", "ap-south-1", "sa-east-1", "ca-central-1"],
    ],
  ])("are read from drRegion %j and drRegions %s as %j", (drRegion, drRegions, expected) => {
    const config = parseConfig(withValues({ drRegion, drRegions }));
    expect(config.drRegions).toStrictEqual(expected);
    expect(config).not.toHaveProperty("drRegion");
  });

  test.each<[string, unknown, string]>([
    ["six regions", ["us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"], LIST],
    ["one region twice", ["us-west-2", "us-west-2"], LIST],
    ["a value that is not a list", "us-west-2", LIST],
    ["an object", { region: "us-west-2" }, LIST],
    ["an item that is not text", [7], LIST],
    ["a null item", [null], LIST],
    ["an unknown region", ["us-west-2", "eu-centrall-1"], `${LIST} (did you mean eu-central-1?)`],
    ["a region in capitals", ["US-WEST-2"], `${LIST} (did you mean `],
  ])("are refused with %s in drRegions", (_what, value, expected) => {
    const text = JSON.stringify(value);
    const [fault, ...others] = faults(withRegions(value));
    expect(others).toStrictEqual([]);
    expect(fault?.startsWith(`drRegions: expected ${expected}`)).toBe(true);
    expect(fault?.endsWith(`, got ${JSON.stringify(text)}`)).toBe(true);
  });

  test("are refused if drRegions is not JSON", () => {
    expect(faults(withValues({ drRegion: "", drRegions: "us-west-2" }))).toStrictEqual([
      `drRegions: expected ${LIST}, got "us-west-2"`,
    ]);
  });

  test("must include at least one region", () => {
    expect(faults(withRegions([]))).toStrictEqual(["drRegion: expected a region to copy to, got none"]);
  });

  test("are refused if both keys are set", () => {
    expect(faults(withRegions(["eu-west-1"], "us-west-2"))).toStrictEqual([
      "drRegion: expected none where drRegions is set, got us-west-2",
    ]);
  });

  test("must not include the primary region", () => {
    expect(faults(withRegions(["us-west-2", "us-east-1"]))).toStrictEqual([
      "drRegions: expected a region other than aws:region, got us-east-1 for both",
    ]);
  });

  test("are each reported if they are in another partition", () => {
    const refused = (region: string) =>
      `drRegions: expected a region of the same AWS partition as us-east-1, got ${region}: ` +
      "EC2 copies no snapshot from one partition to another";
    expect(faults(withRegions(["cn-north-1", "us-west-2", "us-gov-west-1"]))).toStrictEqual([
      refused("cn-north-1"),
      refused("us-gov-west-1"),
    ]);
  });
});

describe("encryptPrimary", () => {
  test.each<[string, VaultConfig["encryptPrimary"]]>([
    ["false", false],
    ["true", true],
    [KEY, KEY],
  ])("accepts %s", (text, value) => {
    expect(parseConfig(withValues({ encryptPrimary: text })).encryptPrimary).toBe(value);
  });

  test.each([
    "yes",
    "True",
    "",
    "alias/mine",
    "arn:aws:kms:us-east-1:123456789012:alias/mine",
    `${KEY} `,
    "arn:aws:iam::123456789012:role/key",
  ])("refuses %j", (text) => {
    expect(faults(withValues({ encryptPrimary: text }))).toStrictEqual([
      `encryptPrimary: expected true, false or the ARN of a KMS key, got ${JSON.stringify(text)}`,
    ]);
  });

  test("accepts a key of another account", () => {
    const theirs = "arn:aws:kms:us-east-1:210987654321:key/shared";
    expect(parseConfig(withValues({ encryptPrimary: theirs })).encryptPrimary).toBe(theirs);
  });

  test("refuses a key of another region, because EC2 encrypts with one of its own region", () => {
    const there = KEY.replace("us-east-1", "us-west-2");
    expect(faults(withValues({ encryptPrimary: there }))).toStrictEqual([
      `encryptPrimary: expected a key of us-east-1, got ${there}`,
    ]);
  });
});

describe("dryRun", () => {
  test("is off by default and can be switched on", () => {
    expect(parseConfig(RAW).dryRun).toBe(false);
    expect(parseConfig(withValues({ dryRun: "true" })).dryRun).toBe(true);
  });

  test.each(["", "yes", "True", "1"])("refuses %j", (text) => {
    expect(faults(withValues({ dryRun: text }))).toStrictEqual([
      `dryRun: expected true or false, got ${JSON.stringify(text)}`,
    ]);
  });
});

test("reports mistakes of all three settings at once", () => {
  const values = { drRegion: "", encryptPrimary: "maybe", dryRun: "perhaps" };
  expect(faults(withValues(values)).map((line) => line.split(":")[0])).toStrictEqual([
    "dryRun",
    "encryptPrimary",
    "drRegion",
  ]);
});

test("refuses a source key of another region, because volumes are encrypted under keys of their own region", () => {
  const there = KEY.replace("us-east-1", "us-west-2");
  expect(faults(withValues({ sourceKeyArns: JSON.stringify([KEY, there]) }))).toStrictEqual([
    `sourceKeyArns: expected keys of us-east-1, got ${there}`,
  ]);
});
