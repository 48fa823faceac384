/** Writes the notices that the licenses of the bundled packages ask for. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { BundledPackage } from "./bundle";
import { ROOT, manifestOf } from "./unknownForm";

/** Licenses that ask for no notice. */
const WITHOUT_NOTICE = ["0BSD", "MIT-0"];

interface Licensed {
  /** `name@version`. */
  label: string;
  license: string;
  /** Texts of its license and notice files. */
  texts: string[];
}

function licensedOf({ path }: BundledPackage): Licensed {
  const { version, license = "" } = manifestOf(path);
  const folder = join(ROOT, path);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  return {
    label: `${path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)}@${version}`,
    license,
    texts,
  };
}

/** Returns texts → the packages that have them. */
function byText(packages: readonly Licensed[]): Map<string, string[]> {
  const labels = new Map<string, string[]>();
  for (const { label, texts } of packages) {
    for (const text of texts) labels.set(text, [...(labels.get(text) ?? []), label]);
  }
  return labels;
}

/**
 * Returns a list of the packages with their licenses, and each text once, below the packages that have it. Some of the
 * SDK's packages come without their license's text: another package under the same license has it.
 * @throws if no package has a license's text
 */
export function noticesOf(packages: readonly BundledPackage[]): string {
  const licensed = packages.map(licensedOf);
  for (const { label, license, texts } of licensed) {
    const isCovered = licensed.some((one) => one.license === license && one.texts.length > 0);
    if (texts.length === 0 && !isCovered && !WITHOUT_NOTICE.includes(license)) {
      throw new Error(`archive: ${label} ships under ${JSON.stringify(license)} and comes without its text`);
    }
  }
  const list = licensed.map(({ label, license }) => `${label}: ${license}`);
  const parts = [...byText(licensed)].map(([text, labels]) => `${labels.join("\n")}\n\n${text}`);
  return (
    [["__packages.js has code of these packages:", ...list].join("\n"), ...parts].join(`\n\n${"-".repeat(80)}\n\n`) +
    "\n"
  );
}
