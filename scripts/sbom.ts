/**
 * `npm run sbom` writes sbom.cdx.json: a CycloneDX list of the shipped packages, the same for the same lock file. (`npm
 * sbom --omit=dev` of npm 11.19 listed 8 of the 31 packages. cyclonedx-npm needs a hundred packages, among them an XML
 * parser in C++.)
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { type Lock, type Shipped, licenceErrors, shippedPackages } from "./shipped";

const FILE = "sbom.cdx.json";

/** `pkg:npm/%40scope/name@version` (package-url/purl-spec, npm). */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

function componentOf({ name, version, licence, sha512Hex }: Shipped): Models.Component {
  const [last = name, group] = name.split("/").reverse();
  const purl = purlOf(name, version);
  return new Models.Component(Enums.ComponentType.Library, last, {
    ...(group !== undefined && { group }),
    version,
    purl,
    bomRef: purl,
    scope: Enums.ComponentScope.Required,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense(licence)]),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm["SHA-512"], sha512Hex]]),
  });
}

/**
 * @returns CycloneDX 1.6 as JSON
 * @throws an error with a line for each package under a license that is not allowed
 */
export function sbomOf(lock: Lock): string {
  const packages = shippedPackages(lock);
  const errors = licenceErrors(packages);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  const components = new Map(packages.map((one) => [one.path, componentOf(one)]));
  const refs = (paths: readonly string[]) => paths.flatMap((path) => components.get(path)?.bomRef ?? []);
  for (const { path, dependencies } of packages) {
    const component = components.get(path);
    for (const ref of refs(dependencies)) component?.dependencies.add(ref);
  }
  const direct = Object.keys(lock.packages[""]?.dependencies ?? {});
  const root = new Models.Component(Enums.ComponentType.Application, lock.name, {
    version: lock.version,
    purl: purlOf(lock.name, lock.version),
    bomRef: purlOf(lock.name, lock.version),
    dependencies: new Models.BomRefRepository(refs(direct.map((name) => `node_modules/${name}`))),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository(components.values()),
  });
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(normalizers).serialize(bom, { sortLists: true, space: 2 });
}

if (require.main === module) {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock;
  writeFileSync(FILE, `${sbomOf(lock)}\n`);
  console.log(`${FILE}: ${shippedPackages(lock).length} packages ship, under allowed licences`);
}
