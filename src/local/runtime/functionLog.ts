/** Reads the function's own log, JSON lines: what it did and why, as a person with CloudWatch Logs would. */

export interface Decision {
  at: string;
  /** snapshot, copy, lock, delete, kept, problem, notice, invoked, finished */
  message: string;
  region: string;
  snapshotId: string;
  snapshotIds: string[];
  reason: string;
  status: string;
  /** Kind of a problem or notice, its subject, and what is wrong. */
  kind: string;
  subject: string;
  detail: string;
}

function parseLine(line: string): Decision[] {
  if (!line.startsWith("{")) return [];
  const fields = JSON.parse(line) as Partial<Decision> & { timestamp?: string };
  const { timestamp = "", message = "", region = "", snapshotId = "", reason = "" } = fields;
  const { status = "", snapshotIds = [], kind = "", subject = "", detail = "" } = fields;
  const said = { reason, status, kind, subject, detail };
  return [{ at: timestamp, message, region, snapshotId, snapshotIds, ...said }];
}

export function readDecisions(log: string): Decision[] {
  return log.split("\n").flatMap(parseLine);
}

/** Returns the deletions that were done, in order. */
export function pruned(decisions: readonly Decision[]): Decision[] {
  return decisions.filter(({ message, status }) => message === "delete" && status === "done");
}

/** Returns the reason why each snapshot and copy is kept, by id; only a run logs it. */
export function keptReasons(decisions: readonly Decision[]): Map<string, string> {
  const kept = decisions.filter(({ message }) => message === "kept");
  return new Map(kept.map(({ snapshotId, reason }) => [snapshotId, reason]));
}

/** Counts snapshots or copies that were started. */
export function started(decisions: readonly Decision[], message: "snapshot" | "copy"): number {
  return decisions.filter((d) => d.message === message).flatMap((d) => d.snapshotIds).length;
}
