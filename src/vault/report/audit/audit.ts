/** Writes the audit log: the record of an invocation. If it cannot be written, that is reported and stops nothing. */
import type { PutObject } from "../../aws/s3";
import { recordKey } from "../../model/objectKeys";
import { type Decided, composeRecord, hasDecided } from "./record";
import { causeOf } from "../../aws/errors";
import { type Problem, problem } from "../../model/problem";

function unwritten(key: string, error: unknown): Problem {
  const { code, message } = causeOf(error);
  return problem(
    "audit-not-written",
    "record",
    `the record ${key} could not be written to the audit bucket: ${code}: ${message}`,
    "Backups continue without it. Check that the bucket and the DR key exist and that the role is allowed to use them; `pulumi up --refresh` restores both.",
  );
}

/**
 * Writes the record if anything was decided. Never throws.
 * @param put absent if there is no audit log
 * @returns problems to report
 */
export async function auditInvocation(put: PutObject | undefined, decided: Decided): Promise<Problem[]> {
  if (put === undefined || !hasDecided(decided)) return [];
  const key = recordKey(decided.trigger, decided.startMs);
  try {
    await put(key, JSON.stringify(composeRecord(decided)));
    return [];
  } catch (error) {
    return [unwritten(key, error)];
  }
}
