import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { KINDS } from "../../../src/vault/model/problem";
import { anchorsOf } from "../../support/markdown";
import { logLink, runbookPage } from "../../../src/vault/report/links";

const ROOT = join(__dirname, "..", "..", "..");

test.each([
  ["eu-west-1", "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#"],
  ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#"],
  ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#"],
])("links the log in %s's own console", (region, console) => {
  const link = logLink({ group: "/aws/lambda/v", region, sinceMs: 1_000 }, "a-b");
  expect(link.startsWith(console)).toBe(true);
});

test("gives in the log's link, as the console reads it, the group, the run id and the time", () => {
  const link = logLink({ group: "/aws/lambda/v", region: "us-east-1", sinceMs: 1_000 }, "a-b");
  const once = decodeURIComponent((link.split("#")[1] ?? "").replace(/\$/g, "%"));
  expect(once).toBe("logsV2:log-groups/log-group/%2Faws%2Flambda%2Fv/log-events?filterPattern=%22a-b%22&start=1000");
});

const ANCHORS = anchorsOf(readFileSync(join(ROOT, "docs", "RUNBOOK.md"), "utf8"));

const PAGES = Object.entries(KINDS).flatMap(([kind, { page }]): [string, string][] =>
  page === undefined ? [] : [[kind, page]],
);

test.each(PAGES)("links %s to a heading of the runbook", (_kind, page) => {
  expect(ANCHORS).toContain(page);
});

test("assigns every page about a mail to a kind", () => {
  const about = ANCHORS.filter((anchor) => anchor.startsWith("mail-"));
  expect(about.filter((anchor) => !PAGES.some(([, page]) => page === anchor))).toStrictEqual([]);
});

/** All sources of src/vault but the catalog itself. */
function sourceText(): string {
  const folder = join(ROOT, "src", "vault");
  return readdirSync(folder, { encoding: "utf8", recursive: true })
    .filter((file) => file.endsWith(".ts") && !file.endsWith("model/problem.ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
}

test("makes every kind of the catalog somewhere", () => {
  const text = sourceText();
  const ofActions = ["snapshot", "copy", "delete", "lock"].map((action) => `${action}-failed`);
  const isMade = (kind: string) => text.includes(`"${kind}"`) || ofActions.includes(kind);
  expect(Object.keys(KINDS).filter((kind) => !isMade(kind))).toStrictEqual([]);
});

test("gives no link to a problem that needs no page", () => {
  expect(runbookPage("dry-run")).toBeUndefined();
  expect(runbookPage("copy-unusable")).toMatch(/^docs\/RUNBOOK\.md#/);
});
