/** What ships: the list of it, its licences, and that it is what is in the archive. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sbomOf } from "../../scripts/sbom";
import { type Lock, licenceErrors, shippedPackages } from "../../scripts/shipped";
import { transitiveDependencies } from "../support/stackArchive";
import { ROOT } from "../support/stackProgram";

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

const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Lock;
const sbom = JSON.parse(sbomOf(lock)) as Sbom;

test("what the lock file says that ships is what Pulumi puts into the archive", () => {
  const paths = shippedPackages(lock).map(({ path }) => path);
  expect(paths.sort()).toStrictEqual(transitiveDependencies());
  expect(paths.length).toBeGreaterThan(20);
});

test("the list is CycloneDX 1.6, with a version, a licence and a hash of each package", () => {
  expect([sbom.bomFormat, sbom.specVersion]).toStrictEqual(["CycloneDX", "1.6"]);
  const named = sbom.components.map(({ group, name, version }) => `${group ?? ""}/${name}@${version}`);
  const shipped = shippedPackages(lock).map(
    ({ name, version }) => `${name.includes("/") ? "" : "/"}${name}@${version}`,
  );
  expect(named.sort()).toStrictEqual(shipped.sort());
  for (const { licenses, hashes } of sbom.components) {
    expect(licenses[0]?.license.id).toMatch(/^[\w.-]+$/);
    expect(hashes).toStrictEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) as string }]);
  }
});

test("the list says what needs what, from the program down to every package", () => {
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

test("the same lock file makes the same list", () => {
  expect(sbomOf(lock)).toBe(sbomOf(lock));
  expect(sbomOf(lock)).not.toMatch(/timestamp|serialNumber/);
});

test("all that ships is under a licence that asks for no more than to be named", () => {
  expect(licenceErrors(shippedPackages(lock))).toStrictEqual([]);
});

const package1 = {
  path: "node_modules/p",
  name: "p",
  version: "1.0.0",
  sha512Hex: "",
  dependencies: [],
};

test.each(["GPL-3.0-only", "AGPL-3.0-or-later", "(MIT OR GPL-3.0-only)", "SEE LICENSE IN x", ""])(
  "the licence %j is refused, by the package's name",
  (licence) => {
    const [error, ...others] = licenceErrors([{ ...package1, licence }]);
    expect(others).toStrictEqual([]);
    expect(error).toMatch(/^p@1\.0\.0: expected a licence of 0BSD, .*, got /);
  },
);

test("a package that ships under another licence stops the list from being made", () => {
  const name = "node_modules/croner";
  const packages = {
    ...lock.packages,
    [name]: { ...lock.packages[name], license: "GPL-2.0-only" },
  };
  expect(() => sbomOf({ ...lock, packages })).toThrow(/^croner@[\d.]+: expected a licence of /);
});

test("a package in another one's folder is told from the one above", () => {
  const packages = {
    "": { dependencies: { a: "1", b: "2" } },
    "node_modules/a": { version: "1.0.0", license: "MIT", dependencies: { b: "1", c: "1" } },
    "node_modules/a/node_modules/b": { version: "1.0.0", license: "MIT", dependencies: { c: "1" } },
    "node_modules/b": { version: "2.0.0", license: "MIT" },
    "node_modules/c": { version: "1.0.0", license: "MIT", dev: false },
    "node_modules/d": { version: "1.0.0", license: "GPL-3.0-only", dev: true },
  };
  const shipped = shippedPackages({ name: "x", version: "1.0.0", packages });
  expect(shipped.map(({ path, dependencies }) => [path, dependencies])).toStrictEqual([
    ["node_modules/a", ["node_modules/a/node_modules/b", "node_modules/c"]],
    ["node_modules/a/node_modules/b", ["node_modules/c"]],
    ["node_modules/b", []],
    ["node_modules/c", []],
  ]);
});
