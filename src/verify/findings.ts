/** Turns AWS's answers into verdicts on what the code assumes. Pure except for the calls that it is given. */
import type { Cause } from "../vault/model/cause";
import { causeOf, meaningOf } from "../vault/aws/errors";

/** `unknown`: a permission, a resource or time was missing. */
export type Verdict = "confirmed" | "different" | "unknown";

export interface Finding {
  verdict: Verdict;
  /** AWS's answer, or what was missing. */
  seen: string;
}

export interface Result extends Finding {
  id: string;
  title: string;
}

export function confirmed(seen: string): Finding {
  return { verdict: "confirmed", seen };
}

export function different(seen: string): Finding {
  return { verdict: "different", seen };
}

export function unknown(seen: string): Finding {
  return { verdict: "unknown", seen };
}

export function textOf({ code, message }: Cause): string {
  return `${code}: ${message}`;
}

/** Returns AWS's refusal of a call, or `undefined` if AWS accepted it. */
export async function refusalOf(call: () => Promise<unknown>): Promise<Cause | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return causeOf(error);
  }
}

/** Returns `unknown` for a refusal that says nothing of the assumption: a missing permission, a limit, or no answer. */
export function beside(cause: Cause): Finding | undefined {
  const meaning = meaningOf(cause);
  const isBeside = meaning === "denied" || meaning === "limit" || meaning === "unknown";
  return isBeside ? unknown(textOf(cause)) : undefined;
}
