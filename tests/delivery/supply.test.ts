/** Tests what ships: the list, its licenses, and that it is what is in the archive. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sbomOf } from "../../scripts/sbom";
import { type Lock, licenceFaults, shippedPackages } from "../../scripts/shipped";
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

test("lists in the lock file as shipped what Pulumi puts into the archive", () => {
  const paths = shippedPackages(lock).map(({ path }) => path);
  expect(paths.sort()).toStrictEqual(transitiveDependencies());
  expect(paths.length).toBeGreaterThan(20);
});

test("makes a list in CycloneDX 1.6, with a version, a license and a hash of each package", () => {
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
  expect(sbomOf(lock)).toBe(sbomOf(lock));
  expect(sbomOf(lock)).not.toMatch(/timestamp|serialNumber/);
});

test("ships only packages under licenses that ask for no more than attribution", () => {
  expect(licenceFaults(shippedPackages(lock))).toStrictEqual([]);
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
    const [fault, ...others] = licenceFaults([{ ...package1, licence }]);
    expect(others).toStrictEqual([]);
    expect(fault).toMatch(/^p@1\.0\.0: expected a licence of 0BSD, .*, got /);
  },
);

test("makes no list if a shipped package is under another license", () => {
  const name = "node_modules/croner";
  const packages = {
    ...lock.packages,
    [name]: { ...lock.packages[name], license: "GPL-2.0-only" },
  };
  expect(() => sbomOf({ ...lock, packages })).toThrow(/^croner@[\d.]+: expected a licence of /);
});

test("keeps a package in another one's folder apart from the one above", () => {
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
