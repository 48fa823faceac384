/** Tests that generated pages are up to date, that README is short, and that every link resolves. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedPages } from "../../scripts/docs";
import { anchorsOf } from "../support/markdown";

const ROOT = join(__dirname, "..", "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

const PAGES = [".", "docs", "docs/adr", ".github"].flatMap(pagesIn);

test.each(Object.entries(generatedPages()))("keeps %s as `npm run docs` generates it", (path, text) => {
  expect(read(path)).toBe(text);
});

test("limits README to 10 KB", () => {
  expect(statSync(join(ROOT, "README.md")).size).toBeLessThanOrEqual(10_000);
});

/** Returns the links of a page that lead nowhere. */
function brokenLinks(page: string): string[] {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(read(target)).includes(anchor);
  });
}

test.each(PAGES)("resolves every link of %s", (page) => {
  expect(brokenLinks(page)).toStrictEqual([]);
});
