/** What the function answered to a run. Read without trust, since another version may have answered. Pure. */
import { asRecord } from "../../vault/lib/json";
import { isFailure, type Problem } from "../../vault/model/problem";
import type { FunctionAnswer } from "../reading/aws";

export interface RunAnswer {
  /** The function's own word: clean, partial, no-instances or failed; absent where it threw, or its answer is lost. */
  status?: string;
  counts?: Readonly<Record<string, number>>;
  /** Failures first. */
  problems: Pick<Problem, "kind" | "message" | "severity">[];
  /** When it comes back for what is under way. */
  nextFollowUp?: string;
  /** Set where it threw: what it says. */
  error?: { type: string; message: string };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function problemsIn(value: unknown): RunAnswer["problems"] {
  const all = (Array.isArray(value) ? value : []).flatMap((one): RunAnswer["problems"] => {
    const { kind, message, severity } = asRecord(one) ?? {};
    if (typeof message !== "string") return [];
    return [{ kind: textOf(kind) as Problem["kind"], message, severity: severity === "notice" ? "notice" : "failure" }];
  });
  const failures = all.filter(({ severity }) => severity === "failure");
  return [...failures, ...all.filter((one) => !failures.includes(one))];
}

/** Reads the answer. */
export function runAnswerOf({ payload, error }: FunctionAnswer): RunAnswer {
  const answer = asRecord(payload) ?? {};
  if (error !== undefined) {
    const message = textOf(answer.errorMessage) || "the function failed and says nothing of it";
    return { problems: [], error: { type: textOf(answer.errorType) || error, message } };
  }
  const { status, counts, problems, nextFollowUp } = answer;
  const numbers = Object.entries(asRecord(counts) ?? {}).filter((one): one is [string, number] =>
    Number.isFinite(one[1]),
  );
  return {
    ...(typeof status === "string" && { status }),
    counts: Object.fromEntries(numbers),
    problems: problemsIn(problems),
    ...(typeof nextFollowUp === "string" && { nextFollowUp }),
  };
}

/** The error by which the function reports problems after it did its work (src/vault/invocation.ts). */
const REPORTED = "BackupFailed";

/** Decides whether the function ended without doing its work. */
export function hasCrashed({ error }: RunAnswer): boolean {
  return error !== undefined && error.type !== REPORTED;
}

/** Decides whether the function reports that something is wrong. */
export function isUnwell({ error, problems }: RunAnswer): boolean {
  return error !== undefined || problems.some((one) => isFailure(one as Problem));
}
