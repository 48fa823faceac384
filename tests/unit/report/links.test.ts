import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RUNBOOK_PAGES, logLink, runbookPage } from "../../../src/vault/report/links";

const ROOT = join(__dirname, "..", "..", "..");

test.each([
  ["eu-west-1", "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#"],
  ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#"],
  ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#"],
])("the log's link leads to %s's own console", (region, console) => {
  const link = logLink({ group: "/aws/lambda/v", region, sinceMs: 1_000 }, "a-b");
  expect(link.startsWith(console)).toBe(true);
});

test("the log's link, read as the console reads it, is the group, the run id and the time", () => {
  const link = logLink({ group: "/aws/lambda/v", region: "us-east-1", sinceMs: 1_000 }, "a-b");
  const once = decodeURIComponent((link.split("#")[1] ?? "").replace(/\$/g, "%"));
  expect(once).toBe("logsV2:log-groups/log-group/%2Faws%2Flambda%2Fv/log-events?filterPattern=%22a-b%22&start=1000");
});

/** Every kind of problem that the source can make, but for what a mail says in its own words. */
function kindsInSource(): string[] {
  const folder = join(ROOT, "src", "vault");
  const text = readdirSync(folder, { encoding: "utf8", recursive: true })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  const made = /kind: "([a-z-]+)",\s*subject|notice\(\s*"([a-z-]+)"/g;
  const kinds = [...text.matchAll(made)].map(([, kind, notice = ""]) => kind ?? notice);
  const actions = ["snapshot", "copy", "delete", "lock"];
  const problems = kinds.filter((kind) => kind !== "dry-run");
  return [...new Set([...problems, ...actions.map((kind) => `${kind}-failed`)])].sort();
}

/** As GitHub makes them of headings. */
function anchors(): string[] {
  const runbook = readFileSync(join(ROOT, "docs", "RUNBOOK.md"), "utf8");
  return [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replace(/ /g, "-"),
  );
}

test("every kind of problem has a page, and no other has", () => {
  expect(Object.keys(RUNBOOK_PAGES).sort()).toStrictEqual(kindsInSource());
});

test.each(Object.entries(RUNBOOK_PAGES))("%s leads to a heading of the runbook", (_kind, page) => {
  expect(anchors()).toContain(page);
});

test("what needs no page has none", () => {
  expect(runbookPage("dry-run")).toBeUndefined();
  expect(runbookPage("toString")).toBeUndefined();
  expect(runbookPage("broken-copy")).toMatch(/^docs\/RUNBOOK\.md#/);
});
