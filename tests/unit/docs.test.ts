/** The pages: what is generated is fresh, README is short, and no link leads nowhere. */
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

test.each(Object.entries(generatedPages()))("%s is what `npm run docs` makes", (path, text) => {
  expect(read(path)).toBe(text);
});

test("README has at most 10 KB", () => {
  expect(statSync(join(ROOT, "README.md")).size).toBeLessThanOrEqual(10_000);
});

/** Links of a page that lead nowhere. */
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

test.each(PAGES)("every link of %s leads somewhere", (page) => {
  expect(brokenLinks(page)).toStrictEqual([]);
});
