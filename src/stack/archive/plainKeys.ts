/**
 * Writes the keys of the SDK's schemas as texts. A client describes each shape of its service by a constant, and names
 * that constant's keys by others: `{ [_xN]: _Own }`. A computed key can have an effect, so a bundler keeps every shape of
 * the service; with plain keys it leaves out those that no call needs. EC2 has more than 2,500.
 */
import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { unknownForm } from "./unknownForm";

/** Where the SDK's packages have their schemas. */
const SCHEMAS = /(@aws-sdk[\\/][\w-]+)[\\/]dist-es[\\/](?:submodules[\\/][\w-]+[\\/])?schemas[\\/]schemas_\d+\.js$/;

/**
 * @param text a file of schemas
 * @param name its package
 * @throws if a key is none of the file's own texts, or if there is none
 */
export function withPlainKeys(text: string, name: string): string {
  const texts = new Map(
    [...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, key = "", value]) => [key, value]),
  );
  let count = 0;
  const plain = text.replace(/\[([^\][\s,]+)\]:/g, (computed, key: string) => {
    const value = texts.get(key);
    if (value === undefined) throw unknownForm(name, "keys that are constants of the same file", computed);
    count += 1;
    return `${value}:`;
  });
  if (count === 0) throw unknownForm(name, "schemas with computed keys", "none");
  return plain;
}

/** @param seen gets the name of each package whose schemas were read */
export function plainKeys(seen: Set<string>): Plugin {
  return {
    name: "plain keys",
    setup: (building) => {
      building.onLoad({ filter: SCHEMAS }, ({ path }) => {
        const name = SCHEMAS.exec(path)?.[1]?.replace("\\", "/") ?? "";
        seen.add(name);
        return { contents: withPlainKeys(readFileSync(path, "utf8"), name) };
      });
    },
  };
}

/** @throws if the bundler met no schemas of a client, because then it kept all of its shapes */
export function checkSeen(seen: ReadonlySet<string>, names: Iterable<string>): void {
  for (const name of names) {
    if (name.startsWith("@aws-sdk/client-") && !seen.has(name)) {
      throw unknownForm(name, "schemas in dist-es/schemas/schemas_<number>.js", "none");
    }
  }
}
