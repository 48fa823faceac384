/** What a run came to: one word, the exit code, and the answer. Pure. */
import { pluralize } from "../../vault/lib/text";
import { EXIT, type ExitCode } from "../exitCodes";
import { type RunAnswer, hasCrashed, isUnwell } from "./answer";
import { type SlotState, waitingFor } from "./slotState";

/** Why a run is not followed further. `stalled`: nothing is under way and nothing moves. */
export type Ended = "complete" | "answered" | "timeout" | "stalled";

export interface RunResult {
  outcome: "complete" | "asked" | "partly" | "failed" | "nothing";
  exitCode: ExitCode;
  /** The first line. */
  answer: string;
}

const regionsOf = ({ copies }: SlotState) => copies.map(({ region }) => region).join(" and ");

function doneWords(state: SlotState): string {
  const { snapshots, instances } = state;
  const of = `${pluralize(snapshots.total, "snapshot")} of ${pluralize(instances, "instance")}`;
  return `${of} completed, each with a verified copy in ${regionsOf(state)}`;
}

const WHY: Readonly<Record<Exclude<Ended, "complete" | "answered">, string>> = {
  timeout: "the time to follow it is over; the vault goes on",
  stalled: "nothing is under way, and nothing moved for a while; the hourly sweep tries again",
};

/** Judges a run. */
export function resultOf(ended: Ended, state: SlotState, answer: RunAnswer): RunResult {
  const failed = answer.counts?.failed ?? 0;
  const more = isUnwell(answer) ? EXIT.unwell : EXIT.done;
  const { total, completed } = state.snapshots;
  if (hasCrashed(answer) && total === 0) {
    return { outcome: "failed", exitCode: EXIT.failed, answer: "FAILED: the function ended without making a snapshot" };
  }
  if (ended === "complete") {
    const isPart = failed > 0 || hasCrashed(answer);
    const but = isPart
      ? ", but not everything was made"
      : more === EXIT.unwell
        ? ", but the vault reports problems"
        : "";
    const exitCode = isPart ? EXIT.partly : more;
    return {
      outcome: isPart ? "partly" : "complete",
      exitCode,
      answer: `${isPart ? "PARTLY" : "DONE"}: ${doneWords(state)}${but}`,
    };
  }
  if (total === 0) {
    const isFailed = answer.status === "failed" || failed > 0;
    const word = isFailed ? "FAILED" : "NOTHING";
    const exitCode = isFailed ? EXIT.failed : more;
    return { outcome: isFailed ? "failed" : "nothing", exitCode, answer: `${word}: the run made no snapshot` };
  }
  if (ended === "answered") {
    const exitCode = failed > 0 ? EXIT.partly : more;
    return {
      outcome: failed > 0 ? "partly" : "asked",
      exitCode,
      answer: `ASKED: the function answered. ${waitingFor(state)}`,
    };
  }
  const isPart = completed > 0;
  return {
    outcome: isPart ? "partly" : "failed",
    exitCode: isPart ? EXIT.partly : EXIT.failed,
    answer: `${isPart ? "PARTLY" : "FAILED"}: ${waitingFor(state)}: ${WHY[ended]}`,
  };
}
