/** Tests reading stack files as the Pulumi CLI writes them. Method: the text of a file, and what is read. */
import { readStackFile } from "../../../src/local/deploy/stackFile";

const read = (text: string) => readStackFile(text, "Pulumi.dev.yaml", "smart-vault");
const SECRET = "secure: v1:Zm9vYmFyYmF6:c2VjcmV0";

test("reads a secret list of addresses as a list of one, and says so", () => {
  const file = read(`config:\n  smart-vault:alertEmails:\n    ${SECRET}\n`);
  expect(file).toEqual({
    values: { "smart-vault:alertEmails": ["secret-1@example.com"] },
    secretKeys: ["smart-vault:alertEmails"],
    placeholders: [{ key: "smart-vault:alertEmails", value: ["secret-1@example.com"] }],
    notes: [],
  });
});

test("replaces each secret at a path by its own value, beside plain ones", () => {
  const file = read(`config:\n  smart-vault:alertEmails:\n    - ${SECRET}\n    - a@example.com\n    - ${SECRET}\n`);
  expect(file.values["smart-vault:alertEmails"]).toEqual([
    "secret-1@example.com",
    "a@example.com",
    "secret-2@example.com",
  ]);
  expect(file.secretKeys).toEqual(["smart-vault:alertEmails"]);
});

test("recognizes a secret below a key and one of another namespace", () => {
  const file = read(`config:\n  smart-vault:tags:\n    Owner:\n      ${SECRET}\n  other:token:\n    ${SECRET}\n`);
  expect(file.values).toEqual({ "smart-vault:tags": { Owner: "secret-1" }, "other:token": "secret-1" });
  expect(file.secretKeys).toEqual(["smart-vault:tags", "other:token"]);
});

test.each([
  ["an empty file", ""],
  ["comments only", "# a stack\n# of nothing\n"],
  ["no values", "config:\n"],
  [
    "encryption settings",
    "encryptionsalt: v1:abc=:v1:def:ghi=\nsecretsprovider: awskms://alias/x\nencryptedkey: AAAA\n",
  ],
])("reads no values from %s", (_, text) => {
  expect(read(text)).toEqual({ values: {}, secretKeys: [], placeholders: [], notes: [] });
});

test("reads keys without a namespace and in the old form as the project's", () => {
  const { values } = read("config:\n  retentionDays: 3\n  smart-vault:config:drRegion: us-west-2\n");
  expect(values).toEqual({ "smart-vault:retentionDays": 3, "smart-vault:drRegion": "us-west-2" });
});

test("says that an environment of Pulumi ESC is not read", () => {
  const { notes } = read("environment:\n  - aws/prod\nconfig:\n  aws:region: us-east-1\n");
  expect(notes).toEqual([
    "Pulumi.dev.yaml has an environment of Pulumi ESC: its values are not read here; give them with -c.",
  ]);
});

test.each([
  ["config: [1]\n", "Pulumi.dev.yaml: config: expected keys and values, found a list"],
  ["- a\n", "Pulumi.dev.yaml: expected keys and values, found a list"],
  ["just text\n", 'Pulumi.dev.yaml: expected keys and values, found "just text"'],
  ["config:\n  smart-vault:drRegion:\n", "Pulumi.dev.yaml: config: smart-vault:drRegion: expected a value, found none"],
  [
    "smart-vault:drRegion: us-west-2\n",
    'Pulumi.dev.yaml: expected config, environment, encryptionsalt, secretsprovider, encryptedkey, found "smart-vault:drRegion"',
  ],
])("refuses %j with one line", (text, message) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ name: "UserError", message }) as Error);
});

test("refuses text that is not YAML with one line", () => {
  expect(() => read("config:\n  a: [1\n b: {")).toThrow(/^Pulumi\.dev\.yaml: expected YAML, found [^\n]+$/);
});
