/** Errors about what the packing reads: a new version of a package may write it in another form. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The project's root, where `node_modules` is. */
export const ROOT = join(__dirname, "..", "..", "..");

/** A package's own description, as far as the archive needs it. */
export interface Manifest {
  version: string;
  license?: string;
}

/**
 * Reads the description of an installed package.
 * @param path the package's folder from the root: `node_modules/@scope/name`
 */
export function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, path, "package.json"), "utf8")) as Manifest;
}

/** Shortens a text to what fits into a message. */
function excerpt(text: string): string {
  const limit = 200;
  return text.length > limit ? `${text.slice(0, limit)} …` : text;
}

/**
 * Creates the error about a package whose output the packing does not know: it stops the deployment before anything is
 * uploaded, and says what to do.
 * @param name the package to pin
 * @param got what it wrote instead, or what is missing
 */
export function unknownForm(name: string, expected: string, got: string): Error {
  const { version } = manifestOf(`node_modules/${name}`);
  return new Error(
    `archive: expected ${expected}, got ${excerpt(got)}. ${name} ${version} writes a form that src/stack/archive does ` +
      `not know: pin ${name} in package.json to the version before it.`,
  );
}
