/**
 * `npm run sbom` writes sbom.cdx.json: a CycloneDX list of the packages with code in the function's archive, by the
 * bundler's own record. It is the same for the same lock file and sources.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../src/stack/archive/bundle";
import { type Packed, pack } from "../src/stack/archive/pack";
import { createHandler } from "../src/vault/lambda";
import type { VaultSettings } from "../src/vault/model/settings";
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

/** Packs the function as the stack does, but without settings, which change nothing of what ships. */
export async function packedFunction(): Promise<Packed> {
  const settings = {} as VaultSettings;
  const { text } = await pulumi.runtime.serializeFunction(() => createHandler(settings), { isFactoryFunction: true });
  return pack(text);
}

/**
 * @returns CycloneDX 1.6 as JSON
 * @throws an error with a line for each package under a license that is not allowed
 */
export function sbomOf(lock: Lock, bundled: Pick<Bundle, "packages" | "direct">): string {
  const packages = shippedPackages(lock, bundled);
  const errors = licenceErrors(packages);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  const components = new Map(packages.map((one) => [one.path, componentOf(one)]));
  const refs = (paths: readonly string[]) => paths.flatMap((path) => components.get(path)?.bomRef ?? []);
  for (const { path, dependencies } of packages) {
    const component = components.get(path);
    for (const ref of refs(dependencies)) component?.dependencies.add(ref);
  }
  const root = new Models.Component(Enums.ComponentType.Application, lock.name, {
    version: lock.version,
    purl: purlOf(lock.name, lock.version),
    bomRef: purlOf(lock.name, lock.version),
    dependencies: new Models.BomRefRepository(refs(bundled.direct)),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository(components.values()),
  });
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return new Serialize.JsonSerializer(normalizers).serialize(bom, { sortLists: true, space: 2 });
}

async function main(): Promise<void> {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock;
  const { bundled } = await packedFunction();
  writeFileSync(FILE, `${sbomOf(lock, bundled)}\n`);
  console.log(`${FILE}: ${bundled.packages.length} packages ship, under allowed licences`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
