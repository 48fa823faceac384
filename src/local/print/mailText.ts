/** Prints the mails of a rehearsal. */
import type { ReceivedMail } from "../account/mailbox";
import { pluralize } from "../../vault/lib/text";
import { heading, lastOf } from "./table";

const MOST_MAILS = 20;
const MOST_LINES = 40;
const MOST_SUBJECT = 90;

function lineOf({ at, subject, body }: ReceivedMail): string {
  return `${at}  ${subject === "(no subject)" ? body.slice(0, MOST_SUBJECT) : subject}`;
}

/** @param isAll whether long lists are shown whole */
export function renderMails(mails: readonly ReceivedMail[], isAll: boolean): string[] {
  const [first] = mails;
  if (first === undefined) return [heading("Mail"), "none"];
  const { shown, left } = lastOf(mails, isAll ? mails.length : MOST_MAILS);
  const body = first.body.split("\n");
  const lines = isAll ? body : body.slice(0, MOST_LINES);
  return [
    heading("Mail"),
    ...(left > 0 ? [`${pluralize(left, "earlier mail")}: --all shows all.`] : []),
    ...shown.map(lineOf),
    "",
    `The first one, of ${first.at}:`,
    ...lines.map((line) => `  │ ${line}`),
    ...(lines.length < body.length ? [`  │ … ${body.length - lines.length} more lines: --all`] : []),
  ];
}
