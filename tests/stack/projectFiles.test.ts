/** Tests Pulumi.yaml, Pulumi.dev.yaml and Pulumi.prod.yaml against what the code reads. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { CONFIG_KEYS, parseConfig, readConfig } from "../../src/config/config";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";

const ROOT = join(__dirname, "..", "..");

interface Declared {
  type?: string;
  description?: string;
  default?: unknown;
  /** Keys of objects, for which the CLI has no type. */
  value?: unknown;
}
const project = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as {
  name: string;
  config: Record<string, Declared>;
};

test("declares in Pulumi.yaml the keys that the code reads, in the same order", () => {
  expect(Object.keys(project.config)).toStrictEqual(CONFIG_KEYS);
});

test.each(CONFIG_KEYS)("describes %s in Pulumi.yaml, with its default", (key) => {
  const { type, description, default: byDefault, value } = project.config[key]!;
  if (value === undefined) expect(type).toMatch(/^(string|integer|boolean|array)$/);
  else expect([type, value, byDefault]).toStrictEqual([undefined, {}, undefined]);
  expect(description).toMatch(/^[A-Z].{10,}[^.]$/);
  expect(byDefault ?? value).toBeDefined();
});

test.each(["dev", "prod"])("keeps Pulumi.%s.yaml a valid configuration of known keys", (stack) => {
  const { values, project: name } = loadStackConfig(ROOT, stack);
  const own = parse(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  const known = ["aws:region", ...CONFIG_KEYS.map((key) => `${name}:${key}`)];
  expect(Object.keys(own.config).filter((key) => !known.includes(key))).toStrictEqual([]);
  const ours = Object.entries(values).filter(([key]) => key.startsWith(`${name}:`));
  const config = parseConfig({
    project: name,
    stack,
    primaryRegion: values["aws:region"],
    values: Object.fromEntries(ours.map(([key, value]) => [key.slice(name.length + 1), value])),
  });
  expect(config.vaultId).toBe(`smart-vault-${stack}`);
});

test("reads the project's own keys and aws:region, and leaves other namespaces alone", async () => {
  const { values } = loadStackConfig(ROOT, "prod", ["datadog:site=eu", "retentionDays=5"]);
  pulumi.runtime.setAllConfig(values);
  const mocks = { call: () => ({}), newResource: () => ({ id: "", state: {} }) };
  await pulumi.runtime.setMocks(mocks, "smart-vault", "prod", false);
  expect(readConfig()).toMatchObject({
    vaultId: "smart-vault-prod",
    primaryRegion: "us-east-1",
    drRegions: ["us-west-2"],
    policies: { True: { keep: { retentionDays: 5 }, drKeep: { retentionDays: 30 } } },
    alertEmails: ["backup-alerts@example.com"],
  });
});
