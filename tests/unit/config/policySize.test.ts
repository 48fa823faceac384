/** Tests that the configuration alone decides whether the function's policy fits IAM's limit for a role. */
import { configErrors, withValues } from "../../support/rawConfig";

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

const ERROR =
  /^([a-zA-Z, ]+): expected so few that the function's permissions fit IAM's 10240 characters per role, got (\d+): /;

function refused(values: Record<string, string>): { keys: string; length: number } | undefined {
  const [error, ...others] = configErrors(withValues(values));
  expect(others).toStrictEqual([]);
  if (error === undefined) return undefined;
  const [, keys = "", length = ""] = ERROR.exec(error) ?? [];
  return { keys, length: Number(length) };
}

test("accepts five DR regions, encryption, a lock, audit and three source keys", () => {
  expect(refused({ ...EVERYTHING, sourceKeyArns: JSON.stringify(KEYS.slice(0, 3)) })).toBe(undefined);
});

test("names the settings that must be shortened", () => {
  const sourceKeyArns = JSON.stringify(KEYS);
  expect(refused({ sourceKeyArns })?.keys).toBe("sourceKeyArns");
  expect(refused({ ...EVERYTHING, sourceKeyArns })?.keys).toBe("sourceKeyArns, drRegions");
});

test("accepts exactly 10,240 characters and refuses one more", () => {
  const named = (length: number) => {
    const names = Array.from({ length: 25 }, (_, index) => String(index).padEnd(200, "n"));
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
