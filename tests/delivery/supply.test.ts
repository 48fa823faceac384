/** Tests what ships: the list by the bundler's record, its licenses, and that it is what is in the archive. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sbomOf } from "../../scripts/sbom";
import { type Lock, licenceErrors, shippedPackages } from "../../scripts/shipped";
import type { Bundle } from "../../src/stack/archive/bundle";
import type { Packed } from "../../src/stack/archive/pack";
import { askDeclarer } from "../support/declarerClient";
import { ROOT, declareStack } from "../support/stackProgram";

interface Sbom {
  bomFormat: string;
  specVersion: string;
  components: {
    "bom-ref": string;
    name: string;
    group?: string;
    version: string;
    licenses: { license: { id: string } }[];
    hashes: { alg: string; content: string }[];
  }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

/** Every package with code in the archive. A new one is a decision: what it can do, and under which license. */
const SHIPPED = [
  "@aws-lambda-powertools/commons",
  "@aws-lambda-powertools/logger",
  "@aws-lambda-powertools/metrics",
  "@aws-sdk/client-ec2",
  "@aws-sdk/client-kms",
  "@aws-sdk/client-scheduler",
  "@aws-sdk/client-sns",
  "@aws-sdk/client-sqs",
  "@aws-sdk/core",
  "@aws-sdk/credential-provider-env",
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-login",
  "@aws-sdk/credential-provider-node",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@aws-sdk/middleware-sdk-ec2",
  "@aws-sdk/middleware-sdk-sqs",
  "@aws-sdk/nested-clients",
  "@aws-sdk/signature-v4-multi-region",
  "@aws-sdk/token-providers",
  "@aws-sdk/xml-builder",
  "@aws/lambda-invoke-store",
  "@smithy/core",
  "@smithy/credential-provider-imds",
  "@smithy/node-http-handler",
  "@smithy/signature-v4",
  "@smithy/types",
  "croner",
];

const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Lock;
let packed: Packed;
let bundled: Bundle;
let sbom: Sbom;

beforeAll(async () => {
  packed = await askDeclarer<Packed>({ kind: "packed" });
  bundled = packed.bundled;
  sbom = JSON.parse(sbomOf(lock, bundled)) as Sbom;
});

test("ships the packages of this list, and names each in the archive's notices", () => {
  expect(shippedPackages(lock, bundled).map(({ name }) => name)).toStrictEqual(SHIPPED);
  const [list = ""] = packed.files["THIRD-PARTY-NOTICES.txt"]?.split("\n\n") ?? [];
  const lines = shippedPackages(lock, bundled).map(({ name, version, licence }) => `${name}@${version}: ${licence}`);
  expect(list.split("\n").slice(1)).toStrictEqual(lines);
});

test("lists what is in the archive that a stack declares", async () => {
  const digest = (text = "") => createHash("sha256").update(text).digest("hex");
  const { archive } = await declareStack("prod");
  const names = ["__packages.js", "THIRD-PARTY-NOTICES.txt"];
  const digests = names.map((name) => [name, digest(packed.files[name])]);
  expect(archive.digests).toStrictEqual(Object.fromEntries(digests));
});

test("makes a list in CycloneDX 1.6, with a version, a license and a hash of each package", () => {
  expect([sbom.bomFormat, sbom.specVersion]).toStrictEqual(["CycloneDX", "1.6"]);
  const named = sbom.components.map(({ group, name, version }) => `${group ?? ""}/${name}@${version}`);
  const shipped = shippedPackages(lock, bundled).map(
    ({ name, version }) => `${name.includes("/") ? "" : "/"}${name}@${version}`,
  );
  expect(named.sort()).toStrictEqual(shipped.sort());
  for (const { licenses, hashes } of sbom.components) {
    expect(licenses[0]?.license.id).toMatch(/^[\w.-]+$/);
    expect(hashes).toStrictEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) as string }]);
  }
});

test("lists what needs what, from the program down to every package", () => {
  const needs = new Map(sbom.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
  const reached = new Set<string>();
  const visit = (ref: string) => {
    if (reached.has(ref)) return;
    reached.add(ref);
    needs.get(ref)?.forEach(visit);
  };
  visit(`pkg:npm/smart-vault@${lock.version}`);
  expect(sbom.components.map((one) => one["bom-ref"]).filter((ref) => !reached.has(ref))).toStrictEqual([]);
});

test("makes the same list from the same lock file", () => {
  expect(sbomOf(lock, bundled)).toBe(sbomOf(lock, bundled));
  expect(sbomOf(lock, bundled)).not.toMatch(/timestamp|serialNumber/);
});

test("ships only packages under licenses that ask for no more than attribution", () => {
  expect(licenceErrors(shippedPackages(lock, bundled))).toStrictEqual([]);
});

const package1 = {
  path: "node_modules/p",
  name: "p",
  version: "1.0.0",
  sha512Hex: "",
  dependencies: [],
};

test.each(["GPL-3.0-only", "AGPL-3.0-or-later", "(MIT OR GPL-3.0-only)", "SEE LICENSE IN x", ""])(
  "refuses the license %j, by the package's name",
  (licence) => {
    const [error, ...others] = licenceErrors([{ ...package1, licence }]);
    expect(others).toStrictEqual([]);
    expect(error).toMatch(/^p@1\.0\.0: expected a licence of 0BSD, .*, got /);
  },
);

test("makes no list if a shipped package is under another license", () => {
  const name = "node_modules/croner";
  const packages = {
    ...lock.packages,
    [name]: { ...lock.packages[name], license: "GPL-2.0-only" },
  };
  expect(() => sbomOf({ ...lock, packages }, bundled)).toThrow(/^croner@[\d.]+: expected a licence of /);
});

test("keeps a package in another one's folder apart from the one above", () => {
  const packages = {
    "node_modules/a": { version: "1.0.0", license: "MIT" },
    "node_modules/a/node_modules/b": { version: "1.0.0", license: "MIT" },
    "node_modules/b": { version: "2.0.0", license: "ISC" },
  };
  const record = [
    { path: "node_modules/a", imports: ["node_modules/a/node_modules/b"] },
    { path: "node_modules/a/node_modules/b", imports: [] },
  ];
  const shipped = shippedPackages({ name: "x", version: "1.0.0", packages }, { packages: record });
  expect(shipped.map(({ name, version, dependencies }) => [name, version, dependencies])).toStrictEqual([
    ["a", "1.0.0", ["node_modules/a/node_modules/b"]],
    ["b", "1.0.0", []],
  ]);
});

test("refuses a package that the lock file does not pin", () => {
  const loose = { packages: [{ path: "node_modules/loose", imports: [] }] };
  expect(() => shippedPackages(lock, loose)).toThrow("node_modules/loose ships and is not in smart-vault's lock file");
});
