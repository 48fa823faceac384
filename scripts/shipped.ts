/** Packages with code in the function's archive, by the bundler's record and as the lock file has them. Pure. */
import type { Bundle } from "../src/stack/archive/bundle";

/** The part of package-lock.json that is read here (npm docs, "package-lock.json"). */
export interface Lock {
  name: string;
  version: string;
  packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  version?: string;
  license?: string;
  /** `sha512-` and base64. */
  integrity?: string;
}

export interface Shipped {
  /** Path where it is installed: `node_modules/<package>`. */
  path: string;
  name: string;
  version: string;
  /** An SPDX expression; empty if the package names none. */
  licence: string;
  /** Hash of the package's tarball. */
  sha512Hex: string;
  /** Paths of the packages that its code imports. */
  dependencies: string[];
}

const FOLDER = "node_modules/";

/** @throws if the lock file lacks a package, because then nothing pins what ships */
export function shippedPackages(lock: Lock, { packages }: Pick<Bundle, "packages">): Shipped[] {
  return packages.map(({ path, imports }) => {
    const one = lock.packages[path];
    if (one === undefined) throw new Error(`${path} ships and is not in ${lock.name}'s lock file`);
    return {
      path,
      name: path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
      version: one.version ?? "",
      licence: one.license ?? "",
      sha512Hex: Buffer.from(one.integrity?.replace(/^sha512-/, "") ?? "", "base64").toString("hex"),
      dependencies: imports,
    };
  });
}

/** Licenses that require attribution at most: every shipped package is under one of them. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"];

/** Returns a line for each package under another license; a person has to check an expression of several. */
export function licenceErrors(packages: readonly Shipped[]): string[] {
  return packages
    .filter(({ licence }) => !ALLOWED.includes(licence))
    .map(
      ({ name, version, licence }) =>
        `${name}@${version}: expected a licence of ${ALLOWED.join(", ")}, got ${JSON.stringify(licence)}`,
    );
}
