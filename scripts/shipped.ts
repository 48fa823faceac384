/** What ships in the function's archive: the packages that `dependencies` lead to, as the lock file has them. Pure. */

/** package-lock.json, as far as it is read here (npm docs, "package-lock.json"). */
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
  /** Where it is installed: `node_modules/<package>`. */
  path: string;
  name: string;
  version: string;
  /** An SPDX expression; empty where the package says none. */
  licence: string;
  /** Of the package's tarball. */
  sha512Hex: string;
  /** Paths of what it depends on. */
  dependencies: string[];
}

const FOLDER = "node_modules/";

/** Where a package finds another one: in its own folder, or in one further up. */
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

/** Licences that ask for no more than to be named: what ships is under one of them. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0"];

/** A line for each package under another licence; an expression of several is for a person to look at. */
export function licenceFaults(packages: readonly Shipped[]): string[] {
  return packages
    .filter(({ licence }) => !ALLOWED.includes(licence))
    .map(
      ({ name, version, licence }) =>
        `${name}@${version}: expected a licence of ${ALLOWED.join(", ")}, got ${JSON.stringify(licence)}`,
    );
}
