/** One mail about one kind of problem: how the vault comes to make the problem, and what a reader must find in it. */
import type { InvocationResult } from "../../../src/vault/invocation";
import type { Problem, ProblemKind } from "../../../src/vault/model/problem";

export interface MailRow {
  kind: ProblemKind;
  /** Circumstances, if the kind has several. */
  when?: string;
  /** Makes the problem as the vault does. */
  make: () => Problem | undefined | Promise<Problem | undefined>;
  /** Beginning of the message: what it means for the reader. It names the resource. */
  begins: string;
  /** What the vault does next; absent if it has nothing more to do. */
  next?: string;
  /** What the reader can do; absent if there is nothing to do. */
  act?: string;
}

/** Answer of AWS that tests give, which is no text of the vault. */
export const DENIED = { name: "UnauthorizedOperation", message: "You are not authorized." };

export function denied(): Error {
  return Object.assign(new Error(DENIED.message), { name: DENIED.name });
}

/** The parts of a rig that these mails need. */
interface Invoked {
  lines: { message: string; fields: Record<string, unknown> }[];
  trigger: (event: unknown) => Promise<InvocationResult>;
}

/** Invokes the whole vault, and returns the first problem of a kind that it logged. */
export async function loggedBy(rig: Invoked, event: object, kind: ProblemKind): Promise<Problem | undefined> {
  await rig.trigger(event).catch(() => undefined);
  const line = rig.lines.find(({ fields }) => fields.kind === kind);
  if (line === undefined) return undefined;
  const { detail, ...fields } = line.fields as Omit<Problem, "message"> & { detail: string };
  return { ...fields, message: detail };
}
