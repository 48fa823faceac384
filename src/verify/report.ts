/** Prints the outcome of a run as a table, as JSON and as an exit code. Pure. */
import pc from "picocolors";
import { heading, table } from "../local/print/table";
import type { Result, Verdict } from "./findings";
import type { Run } from "./run";
import type { Target } from "./target";

const EXIT = { confirmed: 0, different: 1, usage: 2, unknown: 3, interrupted: 130 } as const;

const WORDS: Readonly<Record<Verdict, string>> = {
  confirmed: "confirmed",
  different: "DIFFERENT",
  unknown: "undetermined",
};

const SEEN_WIDTH = 70;

/** Returns the price and the plan, before anything is made. */
export function announcement(target: Target): string {
  const { stack, accountId, callerArn, primaryRegion, drRegion, drKeyArn, roleArn } = target;
  return [
    `This checks in account ${accountId}, as ${callerArn}, what stack ${stack} relies on (docs/ASSUMPTIONS.md).`,
    `It makes one encrypted volume of 1 GiB and one snapshot in ${primaryRegion}, and up to five copies in ${drRegion}`,
    `under ${drKeyArn}. It locks one copy in governance mode and unlocks it, and deletes everything.`,
    roleArn === undefined
      ? "No role is given (--role, restoreRoleArns): rows that need the vault's own permissions can't be checked."
      : `It assumes ${roleArn} with the vault's own permissions.`,
    "Cost: less than 1 US cent for minutes of storage, requests to KMS and the transfer of an empty snapshot.",
    "If its volume could not be deleted, that would cost about 8 cents per month; its snapshots hold no data.",
  ].join("\n");
}

export function exitCodeOf({ results, left, interrupted }: Run): number {
  if (interrupted) return EXIT.interrupted;
  const has = (wanted: Verdict) => results.some(({ verdict }) => verdict === wanted);
  if (has("different")) return EXIT.different;
  return has("unknown") || left.length > 0 ? EXIT.unknown : EXIT.confirmed;
}

function verdictText(verdict: Verdict): string {
  const word = WORDS[verdict];
  if (verdict === "different") return pc.red(word);
  return verdict === "unknown" ? pc.yellow(word) : word;
}

function countsOf(results: readonly Result[]): string {
  const count = (wanted: Verdict) => results.filter(({ verdict }) => verdict === wanted).length;
  return `${count("confirmed")} confirmed, ${count("different")} different, ${count("unknown")} undetermined`;
}

function leftText({ left }: Run): string {
  if (left.length === 0) return "Everything that was made is deleted.";
  const lines = left.map(({ id, region, why, command }) => `${id} in ${region}: ${why}\n    ${command}`);
  return ["COULD NOT BE DELETED. Delete it yourself:", ...lines].join("\n  ");
}

export function renderRun(run: Run): string {
  const rows = run.results.map(({ id, title, verdict, seen }) => [id, title, verdictText(verdict), seen]);
  return [
    heading("What AWS does"),
    table(["Row", "What the vault relies on", "Verdict", "Seen"], rows, SEEN_WIDTH),
    `${countsOf(run.results)}. What breaks where a row is different: docs/ASSUMPTIONS.md.`,
    leftText(run),
  ].join("\n");
}

/** Returns everything that the table has, for programs. */
export function jsonOf(run: Run, target: Target): unknown {
  const { stack, accountId, primaryRegion, drRegion, drKeyArn } = target;
  return {
    schema: 1,
    ...{ stack, accountId, primaryRegion, drRegion, drKeyArn },
    roleArn: target.roleArn ?? null,
    verifyId: run.verifyId,
    results: run.results,
    left: run.left,
    exitCode: exitCodeOf(run),
  };
}
