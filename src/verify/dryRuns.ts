/** Asks IAM with DryRun whether the vault's permissions allow a call, by the role with the vault's own statements. */
import type { EC2Client } from "@aws-sdk/client-ec2";
import { meaningOf } from "../vault/aws/errors";
import { type Finding, confirmed, different, refusalOf, textOf, unknown } from "./findings";
import type { Statement } from "./permissions";
import type { Session, Stage } from "./stage";

export interface Question {
  /** Purpose of the call, for the finding: `delete its own copy`. */
  what: string;
  region: string;
  statements: readonly Statement[];
  expected: "allowed" | "refused";
  call: (client: EC2Client) => Promise<unknown>;
}

/** EC2's answer to a dry run that would have been allowed. */
const ALLOWED = "DryRunOperation";

export const NO_ROLE = unknown(
  "needs a role that is allowed to use the DR key and that you are allowed to assume: --role, or restoreRoleArns of the stack",
);

/** Returns what EC2 says of a call in a dry run; anything else than yes or no comes as text. */
async function answerOf(session: Session, { region, call }: Question) {
  const refusal = await refusalOf(() => call(session.dry(region)));
  if (refusal?.code === ALLOWED) return "allowed" as const;
  if (refusal === undefined) return { text: "EC2 answered a dry run as if it had done it" };
  return meaningOf(refusal) === "denied" ? ("refused" as const) : { text: textOf(refusal) };
}

/** Asks one question. A refusal counts only where the role without the statements' limits is allowed. */
async function ask(stage: Stage, question: Question): Promise<Finding> {
  const { what, expected, statements } = question;
  const answer = await answerOf(await stage.session(statements), question);
  if (typeof answer === "object") return unknown(`${what}: ${answer.text}`);
  if (answer === "allowed") {
    return expected === "allowed"
      ? confirmed(`can ${what}`)
      : different(`can ${what}, which the vault's permissions are meant to forbid`);
  }
  const free = await answerOf(await stage.session(), question);
  if (free !== "allowed") return unknown(`the role itself cannot ${what}`);
  return expected === "refused" ? confirmed(`cannot ${what}`) : different(`cannot ${what}`);
}

/** Asks all questions; the first answer that is not `confirmed` is the finding. */
export async function askPermissions(stage: Stage, questions: readonly Question[]): Promise<Finding> {
  if (stage.target.roleArn === undefined) return NO_ROLE;
  const seen: string[] = [];
  for (const question of questions) {
    const finding = await ask(stage, question);
    if (finding.verdict !== "confirmed") return finding;
    seen.push(finding.seen);
  }
  return confirmed(`with the vault's permissions, the role ${seen.join(", ")}`);
}
