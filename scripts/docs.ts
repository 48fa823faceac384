/**
 * `npm run docs`: writes the reference pages that are generated from the code. tests/unit/docs.test.ts compares the
 * files with this output, so a key that is added without `npm run docs` fails.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { metricsPage } from "./metricsPage";
import { permissionPages } from "./permissionPages";

const ROOT = join(__dirname, "..");

/** A configuration key as Pulumi.yaml has it: a type and a default, or a value, which can have any form. */
interface Key {
  type?: string;
  default?: unknown;
  value?: unknown;
  description: string;
}

function typeOf({ type }: Key): string {
  return type ?? "object";
}

function defaultOf({ default: given, value }: Key): string {
  const text = given === undefined ? value : given;
  if (text === "") return "";
  return `\`${typeof text === "string" ? text : JSON.stringify(text)}\``;
}

/** Escapes a cell: a pipe ends it, and GitHub reads `<…>` as HTML. */
function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/</g, "&lt;");
}

/** Returns docs/CONFIGURATION.md, generated from the text of Pulumi.yaml. */
export function configurationPage(pulumiYaml: string): string {
  const { config } = parse(pulumiYaml) as { config: Record<string, Key> };
  const rows = Object.entries(config).map(
    ([name, key]) => `| \`${name}\` | ${typeOf(key)} | ${defaultOf(key)} | ${cell(key.description)}. |`,
  );
  return [
    "# Configuration",
    "",
    "<!-- Made from Pulumi.yaml by `npm run docs`. Edit it there. -->",
    "",
    "Set a key with `npx pulumi config set <key> <value>`, or in `Pulumi.<stack>.yaml`. `npx pulumi preview` reports all mistakes",
    "at once, with the key, what was expected and what was found. Set arrays and objects by path:",
    "`npx pulumi config set --path 'keep.daily' 7`.",
    "",
    "| key | type | default | meaning |",
    "|---|---|---|---|",
    ...rows,
    "",
    "The stack's `aws:` settings, such as `aws:profile`, `aws:assumeRoles` and `aws:allowedAccountIds`, apply to every region's",
    "provider. The configuration refuses a setting that cannot apply to every region, and names its key.",
    "",
  ].join("\n");
}

/** Returns the pages by their path from the project's root. */
export function generatedPages(): Record<string, string> {
  const pulumiYaml = readFileSync(join(ROOT, "Pulumi.yaml"), "utf8");
  return {
    "docs/CONFIGURATION.md": configurationPage(pulumiYaml),
    "docs/METRICS.md": metricsPage(),
    ...permissionPages(),
  };
}

if (require.main === module) {
  for (const [path, text] of Object.entries(generatedPages())) {
    writeFileSync(join(ROOT, path), text);
    console.log(`wrote ${path}`);
  }
}
