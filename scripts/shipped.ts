/** Packages in the function's archive: those that `dependencies` lead to, as the lock file has them. Pure. */

/** The part of package-lock.json that is read here (npm docs, "package-lock.json"). */
export interface Lock {
  name: string;
  version: string;
  packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  name?: string;
  version?: string;
  license?: string;
  /** `sha512-` and base64. */
  integrity?: string;
  /** Only `devDependencies` lead to it. */
  dev?: boolean;
  devOptional?: boolean;
  dependencies?: Readonly<Record<string, string>>;
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
  /** Paths of its dependencies. */
  dependencies: string[];
}

const FOLDER = "node_modules/";

/** Finds a package from another one: in its own folder, or in one further up. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  const own = `${from}${from === "" ? "" : "/"}${FOLDER}${name}`;
  if (own in lock.packages) return own;
  if (from === "") return undefined;
  return resolve(lock, from.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ""), name);
}

export function shippedPackages(lock: Lock): Shipped[] {
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional)
    .map(([path, one]) => ({
      path,
      name: path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
      version: one.version ?? "",
      licence: one.license ?? "",
      sha512Hex: Buffer.from(one.integrity?.replace(/^sha512-/, "") ?? "", "base64").toString("hex"),
      dependencies: Object.keys(one.dependencies ?? {}).flatMap((name) => resolve(lock, path, name) ?? []),
    }));
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
