/** Tests what `parseConfig` accepts, and what it says of what it refuses. */
import { CONFIG_KEYS, type VaultConfig, parseConfig } from "../../../src/config/config";
import { GOOD, RAW, configErrors, withValues } from "../../support/rawConfig";

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1234-abcd";
const ROLE = "arn:aws:iam::123456789012:role/path/restorer";

test("makes a whole configuration of the defaults and a DR region", () => {
  expect(parseConfig(RAW)).toStrictEqual({
    vaultId: "p-s",
    primaryRegion: "us-east-1",
    drRegions: ["us-west-2"],
    tags: {},
    tagKey: "backup",
    policies: { True: { keep: { retentionDays: 7 }, drKeep: { retentionDays: 7 } } },
    policyForAll: true,
    schedule: "cron(0 3 * * ? *)",
    timezone: "UTC",
    startWindowHours: 8,
    copyStuckHours: 12,
    copyOverdueHours: 24,
    maxRecoveryPointAgeHours: 0,
    keepAtLeast: 1,
    overrideMin: {},
    overrideMax: {},
    orphans: "keep-last",
    orphanDays: 30,
    maxDeletePercent: 50,
    maxDeletes: 0,
    approvedDeletePlan: [],
    dryRun: false,
    lock: undefined,
    iUnderstandComplianceLock: false,
    alertEmails: [],
    mailOn: "failure",
    manifests: true,
    userData: false,
    uefiData: false,
    monthlyBudgetUsd: 0,
    dashboard: true,
    editGraceDays: 7,
    logRetentionDays: 30,
    memoryMb: 512,
    timeoutSeconds: 600,
    reserveConcurrency: true,
    protectKeys: true,
    recycleBinDays: 0,
    encryptPrimary: false,
    sourceKeyArns: [],
    restoreRoleArns: [],
    keyAdministrators: [],
    operatorRole: [],
    operatorInstanceRoleArns: [],
    operatorBoundaryArn: undefined,
    permissionsBoundaryArn: undefined,
    audit: false,
    auditRetentionDays: 400,
    auditLockDays: 0,
    trail: false,
  });
});

test.each<[keyof VaultConfig, string, unknown]>([
  ["tagKey", "k".repeat(128), "k".repeat(128)],
  ["schedule", "rate(12 hours)", "rate(12 hours)"],
  ["schedule", "cron(0/30 8-18 ? * MON-FRI *)", "cron(0/30 8-18 ? * MON-FRI *)"],
  ["timezone", "Europe/Berlin", "Europe/Berlin"],
  ["startWindowHours", "1", 1],
  ["startWindowHours", "24", 24],
  ["copyStuckHours", "1", 1],
  ["copyStuckHours", "168", 168],
  ["keepAtLeast", "100", 100],
  ["overrideMax", '{"daily":90,"within":"1y"}', { daily: 90, within: "1y" }],
  ["overrideMax", '{"last":-1}', { last: -1 }],
  ["overrideMin", "{}", {}],
  ["orphans", "expire", "expire"],
  ["orphanDays", "3650", 3_650],
  ["maxDeletePercent", "100", 100],
  ["maxDeletes", "100000", 100_000],
  ["approvedDeletePlan", "0123456789abcdef", ["0123456789abcdef"]],
  ["approvedDeletePlan", "0123456789abcdef, fedcba9876543210", ["0123456789abcdef", "fedcba9876543210"]],
  ["iUnderstandComplianceLock", "true", true],
  ["alertEmails", '["a@example.com","b@example.com"]', ["a@example.com", "b@example.com"]],
  ["logRetentionDays", "1", 1],
  ["logRetentionDays", "3653", 3_653],
  ["memoryMb", "256", 256],
  ["memoryMb", "10240", 10_240],
  ["timeoutSeconds", "120", 120],
  ["timeoutSeconds", "900", 900],
  ["reserveConcurrency", "false", false],
  ["protectKeys", "false", false],
  ["sourceKeyArns", JSON.stringify([KEY]), [KEY]],
  ["restoreRoleArns", JSON.stringify([ROLE]), [ROLE]],
])("accepts for %s the value %s", (key, text, value) => {
  expect(parseConfig(withValues({ [key]: text }))[key]).toStrictEqual(value);
});

const NO_PATTERN = "without *, ?, \\ and ${, which EC2's filters or IAM's policies read as patterns";
const TAG_KEY = `1 to 128 characters, not beginning with aws:, ${NO_PATTERN}`;
const TAG_VALUE = `1 to 256 characters, not beginning with aws:, ${NO_PATTERN}`;
const LOGS =
  "a retention of CloudWatch Logs: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653";
const ZONE = "a time zone of the IANA database, such as UTC or Europe/Berlin";

test.each([
  ["drRegion", "us-west-9", "an AWS region (did you mean us-west-1?)"],
  ["drRegion", "eu-centrall-1", "an AWS region (did you mean eu-central-1?)"],
  ["tagKey", "", TAG_KEY],
  ["tagKey", "k".repeat(129), TAG_KEY],
  ["tagKey", "aws:name", TAG_KEY],
  ["tagKey", "AWS:name", TAG_KEY],
  ["tagValue", "", TAG_VALUE],
  ["tagValue", "v".repeat(257), TAG_VALUE],
  ["tagKey", "back?p", TAG_KEY],
  ["tagValue", "*", TAG_VALUE],
  ["tagValue", "Tru?", TAG_VALUE],
  ["tagValue", "a\\b", TAG_VALUE],
  ["tagValue", "${aws:username}", TAG_VALUE],
  ["timezone", "Mars/Olympus", ZONE],
  ["startWindowHours", "0", "a whole number from 1 to 24"],
  ["startWindowHours", "25", "a whole number from 1 to 24"],
  ["copyStuckHours", "0", "a whole number from 1 to 168"],
  ["copyStuckHours", "169", "a whole number from 1 to 168"],
  ["retentionDays", "0", "a whole number from 1 to 3650"],
  ["retentionDays", "3651", "a whole number from 1 to 3650"],
  ["retentionDays", "7.5", "a whole number from 1 to 3650"],
  ["retentionDays", "seven", "a whole number from 1 to 3650"],
  ["retentionDays", "", "a whole number from 1 to 3650"],
  ["drRetentionDays", "-1", "a whole number from 0 to 3650"],
  ["iUnderstandComplianceLock", "yes", "true or false"],
  ["alertEmails", "a@example.com", "a list of different e-mail addresses"],
  ["alertEmails", '"a@example.com"', "a list of different e-mail addresses"],
  ["alertEmails", '["nobody"]', "a list of different e-mail addresses"],
  ["alertEmails", "[7]", "a list of different e-mail addresses"],
  ["alertEmails", '["a@b.c","a@b.c"]', "a list of different e-mail addresses"],
  ["logRetentionDays", "8", LOGS],
  ["logRetentionDays", "0", LOGS],
  ["memoryMb", "128", "a whole number from 256 to 10240"],
  ["memoryMb", "10241", "a whole number from 256 to 10240"],
  ["timeoutSeconds", "119", "a whole number from 120 to 900"],
  ["timeoutSeconds", "901", "a whole number from 120 to 900"],
  ["reserveConcurrency", "yes", "true or false"],
  ["protectKeys", "True", "true or false"],
  ["sourceKeyArns", '["alias/aws/ebs"]', "a list of different KMS key ARNs"],
  ["sourceKeyArns", JSON.stringify([ROLE]), "a list of different KMS key ARNs"],
  ["restoreRoleArns", '["restorer"]', "a list of different IAM role ARNs"],
  ["restoreRoleArns", "{}", "a list of different IAM role ARNs"],
  ["permissionsBoundaryArn", ROLE, "the ARN of an IAM policy, or an empty text"],
])("refuses for %s the value %j, saying what was expected and what was given", (key, text, expected) => {
  const error = `${key}: expected ${expected}, got ${JSON.stringify(text)}`;
  expect(configErrors(withValues({ [key]: text }))).toStrictEqual([error]);
});

test.each([
  ["cron(0 3 * * *)", "six fields in cron(...), got 5"],
  ["0 3 * * ? *", "six fields in cron(...), got 0"],
  ["at(2030-01-01T00:00:00)", "six fields in cron(...), got 0"],
  ["cron(0 3 * * * *)", "`?` in exactly one of day-of-month and day-of-week"],
  ["cron(0 3 ? * ? *)", "`?` in exactly one of day-of-month and day-of-week"],
  ["cron(? 3 * * ? *)", "values of minutes from 0 to 59"],
  ["cron(0 3 * 13 ? *)", "month"],
  ["cron(60 3 * * ? *)", "minute"],
  ["cron(0 24 * * ? *)", "hour"],
  ["cron(0 3 ? * 0 *)", "values of day-of-week from 1 to 7 or SUN to SAT"],
  ["cron(0 3 ? * 2-8 *)", "values of day-of-week from 1 to 7 or SUN to SAT"],
  ["cron(0 3 ? * 3#1,6#3 *)", "L, W and # stand alone"],
  ["cron(0 3 L,15 * ? *)", "L, W and # stand alone"],
  ["cron(0 3 1 1 ? 2500)", "values of year from 1970 to 2199"],
  ["cron(0 3 31 2 ? *)", "a cron expression that fires"],
  ["cron(0 3 * * ? 2020)", "a cron expression that fires"],
  ["rate(0 hours)", "rate(<number> minutes|hours|days)"],
  ["rate(5 weeks)", "rate(<number> minutes|hours|days)"],
  ["rate(1.5 hours)", "rate(<number> minutes|hours|days)"],
])("refuses the schedule %s", (text, why) => {
  const [error, ...others] = configErrors(withValues({ schedule: text }));
  expect(others).toStrictEqual([]);
  expect(error).toContain("schedule: expected a schedule such as cron(0 3 * * ? *) or rate(12 hours): ");
  expect(error).toContain(why);
  expect(error).toMatch(new RegExp(`, got "${text.replace(/[()*?.]/g, "\\$&")}"$`));
});

test("refuses the primary region as DR region", () => {
  expect(configErrors(withValues({ drRegion: "us-east-1" }))).toStrictEqual([
    "drRegion: expected a region other than aws:region, got us-east-1 for both",
  ]);
});

test.each([
  ["us-east-1", "us-gov-west-1"],
  ["us-east-1", "cn-north-1"],
  ["eu-central-1", "eusc-de-east-1"],
])("refuses for %s a DR region in %s, which is another partition", (primaryRegion, drRegion) => {
  expect(configErrors({ ...withValues({ drRegion }), primaryRegion })).toStrictEqual([
    `drRegion: expected a region of the same AWS partition as ${primaryRegion}, got ${drRegion}: ` +
      "EC2 copies no snapshot from one partition to another",
  ]);
});

test("refuses a region that does not exist, with the nearest one", () => {
  expect(configErrors({ ...RAW, primaryRegion: "us-esat-1" })).toStrictEqual([
    'aws:region: expected an AWS region (did you mean us-east-1?), got "us-esat-1"',
  ]);
});

test("refuses a stack without a region", () => {
  expect(configErrors({ ...RAW, primaryRegion: undefined })).toStrictEqual([
    "aws:region: expected an AWS region such as us-east-1, got none",
  ]);
});

test.each([
  ["drregion", "drRegion"],
  ["retentiondays", "retentionDays"],
  ["alertEmail", "alertEmails"],
  ["timeoutSecond", "timeoutSeconds"],
])("reports the unknown key %s with the nearest known one, %s", (key, near) => {
  expect(configErrors(withValues({ [key]: "1" }))).toStrictEqual([`${key}: unknown key, expected ${near}`]);
});

test("reports an unknown key that is near to no other with all known keys", () => {
  expect(configErrors(withValues({ colourOfTheVault: "red" }))).toStrictEqual([
    `colourOfTheVault: unknown key, expected ${CONFIG_KEYS.join(", ")}`,
  ]);
});

test.each(CONFIG_KEYS)("reports %s if it is missing", (key) => {
  const values = Object.fromEntries(Object.entries(GOOD).filter(([name]) => name !== key));
  expect(configErrors({ ...RAW, values })).toStrictEqual([`${key}: expected a value, got none`]);
});

test("refuses user data and UEFI data without the buckets that they are in", () => {
  const values = { userData: "true", uefiData: "true" };
  expect(configErrors(withValues(values))).toStrictEqual([]);
  expect(configErrors(withValues({ ...values, manifests: "false" }))).toStrictEqual(
    ["userData", "uefiData"].map(
      (key) => `${key}: expected manifests to be true too, got false: captures are in its buckets`,
    ),
  );
});

test("reports all mistakes at once, one per line", () => {
  const values = { drRegion: "us-east-1", retentionDays: "0", protectKeys: "no", extra: "" };
  const raw = withValues(values);
  expect(configErrors(raw).map((line) => line.split(":")[0])).toStrictEqual([
    "extra",
    "retentionDays",
    "protectKeys",
    "drRegion",
  ]);
});
