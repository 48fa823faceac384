/** Bundles the members of packages that the function uses into one file, with esbuild. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Metafile, build } from "esbuild";
import { checkSeen, plainKeys } from "./plainKeys";
import { ROOT, unknownForm } from "./unknownForm";

/** A package with code in the bundle. */
export interface BundledPackage {
  /** Where it is installed, from the root: `node_modules/@scope/name`. */
  path: string;
  /** Paths of the packages that it imports, sorted. */
  imports: string[];
}

export interface Bundle {
  /** A CommonJS module that exports the members. */
  text: string;
  /** The packages in it by the bundler's own record, sorted by path. */
  packages: BundledPackage[];
  /** Paths of those that the function imports itself, sorted. */
  direct: string[];
}

/** Members by package name. */
export type Members = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Returns the package of a required module. The serializer names the file of a package that has no `exports`.
 * @throws if the file is not the package's main one
 */
export function packageOf(module: string): string {
  const [name = ""] = /^(?:@[^/]+\/)?[^/]+/.exec(module) ?? [];
  const { resolve } = createRequire(join(ROOT, "package.json"));
  if (resolve(name) !== resolve(module)) throw unknownForm(name, `its main file to be required`, module);
  return name;
}

/** Returns the folder of the package that a file of the record belongs to; undefined for the bundle's entry. */
function folderOf(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

/** Reads from esbuild's record which packages have code in the bundle, and which of them imports which. */
function recordOf({ inputs, outputs }: Metafile): Pick<Bundle, "packages" | "direct"> {
  const [output] = Object.values(outputs);
  const shipped = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = new Set(shipped.flatMap(([file]) => folderOf(file) ?? []));
  const importsOf = (folder: string | undefined) => {
    const files = Object.entries(inputs).filter(([file]) => folderOf(file) === folder);
    const imported = files.flatMap(([, { imports }]) => imports.flatMap(({ path }) => folderOf(path) ?? []));
    return [...new Set(imported)].filter((one) => one !== folder && folders.has(one)).sort();
  };
  const packages = [...folders].sort().map((path) => ({ path, imports: importsOf(path) }));
  return { packages, direct: importsOf(undefined) };
}

/**
 * Bundles members from their packages' ES modules: only of those can a bundler leave out what is not used.
 * @throws if a package has not what is asked of it, or the SDK's schemas have a form that keeps them all
 */
export async function bundle(members: Members): Promise<Bundle> {
  const lines = [...members].map(([name, used]) => `export { ${[...used].sort().join(", ")} } from "${name}";`);
  const seen = new Set<string>();
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: lines.join("\n"), resolveDir: ROOT, sourcefile: "members" },
    absWorkingDir: ROOT,
    tsconfigRaw: "{}",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    // An ES module is strict, which the bundle does not say by itself.
    banner: { js: '"use strict";' },
    mainFields: ["module", "main"],
    minifySyntax: true,
    charset: "utf8",
    logLevel: "silent",
    plugins: [plainKeys(seen)],
  });
  const [warning] = warnings;
  if (warning !== undefined) throw new Error(`archive: ${warning.location?.file ?? ""}: ${warning.text}`);
  checkSeen(seen, members.keys());
  return { text: outputFiles[0]?.text ?? "", ...recordOf(metafile) };
}
