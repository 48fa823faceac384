/** Tests `tags`: which it accepts, and what it says of those that some service would refuse. */
import { configOf, parseConfig } from "../../src/config/config";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { faults, withValues } from "../support/rawConfig";
import { ROOT } from "../support/stackProgram";

function numbered(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`t-${n}`, "x"]));
}

function given(tags: unknown, more: Record<string, string> = {}) {
  return withValues({ tags: JSON.stringify(tags), ...more });
}

test.each([
  ["none", {}],
  ["one", { CostCenter: "4711" }],
  ["ten", numbered(10)],
  ["an empty value", { Empty: "" }],
  ["the longest", { ["k".repeat(128)]: "v".repeat(256) }],
  ["every character", { "Größe 1_.:/=+-@": "東京 1_.:/=+-@" }],
  ["a key that only looks reserved", { "my:aws:x": "", awsome: "", "smart-vault": "", "user:Name": "" }],
])("accepts %s", (_what, tags) => {
  expect(parseConfig(given(tags)).tags).toStrictEqual(tags);
});

test("accepts as texts the numbers and booleans that `pulumi config set --path` makes", () => {
  const { tags } = parseConfig(given({ CostCenter: 4711, Backup: true, Offset: -1 }, { tagKey: "b" }));
  expect(tags).toStrictEqual({ CostCenter: "4711", Backup: "true", Offset: "-1" });
});

const EXPECTED = 'an object of up to 10 tags such as {"CostCenter": "4711"}';
const SHAPE = "letters, digits, spaces and _ . : / = + - @";
const KEY = `a key must be 1 to 128 ${SHAPE}, is`;
const K129 = "k".repeat(129);
const V257 = "v".repeat(257);

test.each<[string, unknown, string]>([
  ["a list", ["a"], EXPECTED],
  ["a text", "a=b", EXPECTED],
  ["nothing", null, EXPECTED],
  ["eleven", numbered(11), `${EXPECTED}: it has 11`],
  ["an empty key", { "": "x" }, `${EXPECTED}: ${KEY} ""`],
  ["a key that is too long", { [K129]: "x" }, `${EXPECTED}: ${KEY} "${K129}"`],
  ["a key with another character", { "a#b": "x" }, `${EXPECTED}: ${KEY} "a#b"`],
  ["a key with a line break", { "a\n": "x" }, `${EXPECTED}: ${KEY} "a\\n"`],
  ["a key of AWS's", { "AWS:x": "x" }, `${EXPECTED}: no key may begin with aws:, one is "AWS:x"`],
  [
    "a key of the vault's",
    { "smart-vault:vault": "x" },
    `${EXPECTED}: no key may begin with smart-vault:, one is "smart-vault:vault"`,
  ],
  [
    "Name",
    { Name: "x" },
    `${EXPECTED}: no key may be "Name": everything would have the same name, and snapshots lose that of their volumes`,
  ],
  ["a value that is too long", { k: V257 }, `${EXPECTED}: k must be a text of up to 256 ${SHAPE}, is "${V257}"`],
  ["a value with another character", { k: "a*" }, `${EXPECTED}: k must be a text of up to 256 ${SHAPE}, is "a*"`],
  ["a value that is not text", { k: ["a"] }, `${EXPECTED}: k must be a text of up to 256 ${SHAPE}, is ["a"]`],
  ["a fraction", { k: 0.5 }, `${EXPECTED}: k must be a text of up to 256 ${SHAPE}, is 0.5`],
  [
    "keys that IAM treats as one",
    { Team: "a", team: "b" },
    `${EXPECTED}: keys must differ in more than case, "team" does not`,
  ],
])("refuses %s", (_what, tags, expected) => {
  const raw = JSON.stringify(tags);
  expect(faults(given(tags))).toStrictEqual([`tags: expected ${expected}, got ${JSON.stringify(raw)}`]);
});

test("refuses text that is not JSON", () => {
  expect(faults(withValues({ tags: "a=b" }))).toStrictEqual([`tags: expected ${EXPECTED}, got "a=b"`]);
});

test.each(["backup", "Backup"])("refuses the tag that selects instances: %s", (key) => {
  expect(faults(given({ [key]: "True" }))).toStrictEqual([
    `tags: expected no key that is tagKey, got "${key}": that tag says which instances are backed up`,
  ]);
});

test("reads tags from the command line of `npm start`, including equals signs", () => {
  const { project, values } = loadStackConfig(ROOT, "dev", ['tags={"Team":"a=b"}']);
  expect(configOf(project, "dev", values).tags).toStrictEqual({ Team: "a=b" });
  expect(configOf(project, "dev", loadStackConfig(ROOT, "dev").values).tags).toStrictEqual({});
});
