/** Where copies go, what is encrypted in the primary region, dry runs: what `parseConfig` takes and what it says. */
import { type VaultConfig, parseConfig } from "../../../src/config/config";
import { RAW, configErrors, withValues } from "../../support/rawConfig";

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
  ])("drRegion %j and drRegions %s are %j", (drRegion, drRegions, expected) => {
    const config = parseConfig(withValues({ drRegion, drRegions }));
    expect(config.drRegions).toStrictEqual(expected);
    expect(config).not.toHaveProperty("drRegion");
  });

  test.each<[string, unknown, string]>([
    ["six of them", ["us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"], LIST],
    ["one twice", ["us-west-2", "us-west-2"], LIST],
    ["no list", "us-west-2", LIST],
    ["an object", { region: "us-west-2" }, LIST],
    ["what is no text", [7], LIST],
    ["nothing in it", [null], LIST],
    ["an unknown one", ["us-west-2", "eu-centrall-1"], `${LIST} (did you mean eu-central-1?)`],
    ["one in capitals", ["US-WEST-2"], `${LIST} (did you mean `],
  ])("drRegions refuses %s", (_what, value, expected) => {
    const text = JSON.stringify(value);
    const [error, ...others] = configErrors(withRegions(value));
    expect(others).toStrictEqual([]);
    expect(error?.startsWith(`drRegions: expected ${expected}`)).toBe(true);
    expect(error?.endsWith(`, got ${JSON.stringify(text)}`)).toBe(true);
  });

  test("drRegions refuses what is no JSON", () => {
    expect(configErrors(withValues({ drRegion: "", drRegions: "us-west-2" }))).toStrictEqual([
      `drRegions: expected ${LIST}, got "us-west-2"`,
    ]);
  });

  test("there has to be one", () => {
    expect(configErrors(withRegions([]))).toStrictEqual(["drRegion: expected a region to copy to, got none"]);
  });

  test("both keys are not set together", () => {
    expect(configErrors(withRegions(["eu-west-1"], "us-west-2"))).toStrictEqual([
      "drRegion: expected none where drRegions is set, got us-west-2",
    ]);
  });

  test("none of them is the primary region", () => {
    expect(configErrors(withRegions(["us-west-2", "us-east-1"]))).toStrictEqual([
      "drRegions: expected a region other than aws:region, got us-east-1 for both",
    ]);
  });

  test("each that is in another partition is told", () => {
    const refused = (region: string) =>
      `drRegions: expected a region of the same AWS partition as us-east-1, got ${region}: ` +
      "EC2 copies no snapshot from one partition to another";
    expect(configErrors(withRegions(["cn-north-1", "us-west-2", "us-gov-west-1"]))).toStrictEqual([
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
  ])("takes %s", (text, value) => {
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
    expect(configErrors(withValues({ encryptPrimary: text }))).toStrictEqual([
      `encryptPrimary: expected true, false or the ARN of a KMS key, got ${JSON.stringify(text)}`,
    ]);
  });

  test("takes a key of another account", () => {
    const theirs = "arn:aws:kms:us-east-1:210987654321:key/shared";
    expect(parseConfig(withValues({ encryptPrimary: theirs })).encryptPrimary).toBe(theirs);
  });

  test("refuses a key of another region: EC2 encrypts with one of its own", () => {
    const there = KEY.replace("us-east-1", "us-west-2");
    expect(configErrors(withValues({ encryptPrimary: there }))).toStrictEqual([
      `encryptPrimary: expected a key of us-east-1, got ${there}`,
    ]);
  });
});

describe("dryRun", () => {
  test("is off, and can be on", () => {
    expect(parseConfig(RAW).dryRun).toBe(false);
    expect(parseConfig(withValues({ dryRun: "true" })).dryRun).toBe(true);
  });

  test.each(["", "yes", "True", "1"])("refuses %j", (text) => {
    expect(configErrors(withValues({ dryRun: text }))).toStrictEqual([
      `dryRun: expected true or false, got ${JSON.stringify(text)}`,
    ]);
  });
});

test("mistakes of all three are told at once", () => {
  const values = { drRegion: "", encryptPrimary: "maybe", dryRun: "perhaps" };
  expect(configErrors(withValues(values)).map((line) => line.split(":")[0])).toStrictEqual([
    "dryRun",
    "encryptPrimary",
    "drRegion",
  ]);
});

test("a source key of another region is refused: volumes are encrypted under keys of their own", () => {
  const there = KEY.replace("us-east-1", "us-west-2");
  expect(configErrors(withValues({ sourceKeyArns: JSON.stringify([KEY, there]) }))).toStrictEqual([
    `sourceKeyArns: expected keys of us-east-1, got ${there}`,
  ]);
});
