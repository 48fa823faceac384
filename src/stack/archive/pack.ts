/**
 * Packs the function's code as Pulumi hands it over (docs/adr/0026): flattens the scopes of the serialized functions, and
 * replaces the packages by one file of what the functions use of them.
 */
import { isBuiltin } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { type Bundle, bundle, packageOf } from "./bundle";
import { flatten } from "./flatten";
import { noticesOf } from "./notices";
import { type SerializedCode, checkValues, codeIn, partsOf } from "./serialized";
import { unknownForm } from "./unknownForm";
import { membersUsed } from "./uses";

/** The file with the handler; Pulumi gives it its name. */
const INDEX = "__index.js";
const PACKAGES = "__packages.js";
const NOTICES = "THIRD-PARTY-NOTICES.txt";

/** A packed closure. */
export interface Packed {
  /** Texts by file name. */
  files: Readonly<Record<string, string>>;
  /** What is in the bundle. */
  bundled: Bundle;
}

/** The part of the work that the captured values, and so the settings, do not change. */
interface PackedCode {
  code: string;
  bundled: Bundle;
  notices: string;
}

/** Requires the bundle in place of each package. */
function requires({ modules }: SerializedCode): string[] {
  return modules.map(
    ({ variable, module }) => `const ${variable} = require("${isBuiltin(module) ? module : `./${PACKAGES}`}");`,
  );
}

/** Returns the members to bundle by package; Node's own modules are left out. */
function membersOf(serialized: SerializedCode): Map<string, Set<string>> {
  const used = membersUsed(serialized);
  const members = new Map<string, Set<string>>();
  for (const { variable, module } of serialized.modules) {
    if (isBuiltin(module)) continue;
    const name = packageOf(module);
    members.set(name, new Set([...(members.get(name) ?? []), ...(used.get(variable) ?? [])]));
  }
  return members;
}

async function packCode(serialized: SerializedCode): Promise<PackedCode> {
  const [bundled, functions] = await Promise.all([
    bundle(membersOf(serialized)),
    Promise.all(serialized.functions.map(flatten)),
  ]);
  const code = [...requires(serialized), ...functions].join("\n");
  return { code, bundled, notices: noticesOf(bundled.packages) };
}

/** Packed code by its text: the stacks of one process differ in their settings alone. */
const known = new Map<string, Promise<PackedCode>>();

/**
 * Packs the text of a closure that is a factory of the handler.
 * @throws if the serializer or a package writes a form that is not known, which names what to pin
 */
export async function pack(text: string): Promise<Packed> {
  const parts = partsOf(text);
  checkValues(parts);
  const packing = known.get(parts.code) ?? packCode(codeIn(parts));
  known.set(parts.code, packing);
  const { code, bundled, notices } = await packing;
  // The functions come first: a captured value can refer to a function, and no function runs before the last line.
  const index = ['"use strict";', code, parts.values.trim(), parts.exported].join("\n") + "\n";
  return { files: { [INDEX]: index, [PACKAGES]: bundled.text, [NOTICES]: notices }, bundled };
}

/**
 * Replaces the code that `CallbackFunction` made by the packed one.
 * @throws also if the function needs a package that `dependencies` do not lead to
 */
export async function packed(code: Pick<pulumi.asset.AssetArchive, "assets">): Promise<pulumi.asset.AssetArchive> {
  const { [INDEX]: index, ...others } = await code.assets;
  const other = Object.keys(others).find((path) => !path.startsWith("node_modules/"));
  // An output hands over copies, which are instances of no class.
  const { text } = (index ?? {}) as Partial<pulumi.asset.StringAsset>;
  if (text === undefined || other !== undefined) {
    throw unknownForm("@pulumi/aws", `${INDEX} and packages`, other ?? `no text of ${INDEX}`);
  }
  const { files, bundled } = await pack(await text);
  const loose = bundled.packages.find(({ path }) => !(path in others));
  if (loose !== undefined) throw new Error(`archive: ${loose.path} ships, so move it to package.json's dependencies`);
  const assets = Object.entries(files).map(([path, text]) => [path, new pulumi.asset.StringAsset(text)]);
  return new pulumi.asset.AssetArchive(Object.fromEntries(assets) as pulumi.asset.AssetMap);
}
