/**
 * Tests the mail of every kind of problem as a reader gets it. mails.md has them all; after a change of their words
 * write it again with `MAILS=write npx jest --coverage=false --selectProjects unit -- mailOfEachKind`, and read it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Mail, composeMail } from "../../../src/vault/report/mail";
import { KINDS, type Problem, type ProblemKind } from "../../../src/vault/model/problem";
import { summarize } from "../../../src/vault/report/summary";
import { COPY_MAILS } from "../../support/mails/copies";
import { DELETION_MAILS } from "../../support/mails/deletions";
import { DENIED, type MailRow } from "../../support/mails/row";
import { SNAPSHOT_MAILS } from "../../support/mails/snapshots";
import { anchorsOf } from "../../support/markdown";
import { NOW, RUN, SETTINGS } from "../../support/world";

const ROOT = join(__dirname, "..", "..", "..");
const PAGE = join(__dirname, "mails.md");
const ROWS = [...SNAPSHOT_MAILS, ...COPY_MAILS, ...DELETION_MAILS];
const TITLES = ROWS.map((row): [string, MailRow] => [row.when ? `${row.kind}, ${row.when}` : row.kind, row]);
const LOGS = { group: "/aws/lambda/smart-vault-test", region: "us-east-1", sinceMs: NOW };
/** Words of the longest sentence, without commands, quotations and lists. */
const MOST_WORDS = 28;

async function problemOf({ make, kind }: MailRow): Promise<Problem> {
  const made = await make();
  expect(made?.kind).toBe(kind);
  return made!;
}

function mailOf(problem: Problem): Mail {
  const plan = { actions: [], kept: [], problems: [problem], pending: [], slotSettled: true };
  const summary = summarize(SETTINGS.vaultId, { trigger: RUN, plan, outcomes: [], deferredReads: [] });
  return composeMail(summary, [problem], SETTINGS, LOGS);
}

/** Returns the lines of a mail about its problem, without what all mails have in common. */
function own({ body }: Mail): string[] {
  const lines = body.split("\n").slice(2);
  return lines.slice(0, lines.indexOf(""));
}

function isCommand(line: string): boolean {
  return /^ +(aws|npx) /.test(line);
}

/** Returns the sentences of the vault's own words. */
function sentences(lines: readonly string[]): string[] {
  const text = lines.filter((line) => !isCommand(line) && !line.startsWith("   More: ")).join("\n");
  return text
    .replaceAll(`${DENIED.name}: ${DENIED.message}`, "X")
    .replace(/\([^)]*\)|`[^`]*`|"[^"]*"/g, "X")
    .split(/[.:](?:\s|$)|\n/);
}

test("has a row for every kind of the catalog", () => {
  const kinds = new Set(ROWS.map(({ kind }) => kind));
  expect(Object.keys(KINDS).filter((kind) => !kinds.has(kind as ProblemKind))).toStrictEqual([]);
});

describe.each(TITLES)("the mail of %s", (_title, row) => {
  test("begins with what it means for the reader, and says what the vault does next and what to do", async () => {
    const text = own(mailOf(await problemOf(row))).join("\n");
    expect(text.split("\n")[1]).toMatch(/^1\. /);
    expect(text.split("\n")[1]?.slice(3).startsWith(row.begins) || text).toBe(true);
    expect(text).toContain(row.next ?? "");
    expect(text).toContain(row.act ?? "");
    const isSilent = ["run-report", "weekly-summary"].includes(row.kind);
    expect([row.act === undefined, /^ {3}What to do: /m.test(text)]).toStrictEqual([isSilent, !isSilent]);
  });

  test("links to a heading of the runbook, if the kind needs a page", async () => {
    const link = /^ {3}More: docs\/RUNBOOK\.md#(.*)$/m.exec(mailOf(await problemOf(row)).body)?.[1];
    expect(link).toBe(KINDS[row.kind].page);
    const anchors = anchorsOf(readFileSync(join(ROOT, "docs", "RUNBOOK.md"), "utf8"));
    if (link !== undefined) expect(anchors).toContain(link);
  });

  test("has short sentences, whole commands and no value that is missing", async () => {
    const mail = mailOf(await problemOf(row));
    const long = sentences(own(mail)).filter((one) => one.split(/\s+/).length > MOST_WORDS);
    expect(long).toStrictEqual([]);
    expect(`${mail.subject}\n${mail.body}`).not.toMatch(/undefined|\[object|NaN|Infinity|null|…/);
    expect(own(mail).filter((line) => isCommand(line) && /\.$/.test(line))).toStrictEqual([]);
  });
});

test("are all in mails.md as a reader gets them", async () => {
  const parts = [
    "# The mail of each kind of problem",
    "Written by mailOfEachKind.test.ts: only the part that differs from mail to mail.",
  ];
  for (const [title, row] of TITLES) {
    const mail = mailOf(await problemOf(row));
    parts.push(`## ${title}`, ["```text", mail.subject, "", ...own(mail), "```"].join("\n"));
  }
  const text = `${parts.join("\n\n")}\n`;
  if (process.env.MAILS === "write") writeFileSync(PAGE, text);
  expect(readFileSync(PAGE, "utf8")).toBe(text);
});
