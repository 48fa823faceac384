/** What a run came to, as text. Pure. */
import type { RunAnswer } from "../run/answer";
import type { RunResult } from "../run/result";
import type { SlotState } from "../run/slotState";
import type { Look } from "./look";
import { oneLine } from "./table";

export interface RunPage {
  result: RunResult;
  primaryRegion: string;
  state: SlotState;
  answer: RunAnswer;
}

/** Returns the page. Without a terminal its fields are separated by tabs. */
export function renderRun({ result, primaryRegion, state, answer }: RunPage, { isTerminal, colors }: Look): string {
  const { snapshots, copies } = state;
  const { outcome } = result;
  const color = outcome === "failed" ? colors.red : outcome === "partly" ? colors.yellow : colors.green;
  const deletions = answer.counts?.deletions ?? 0;
  const lines = [
    `snapshots\t${primaryRegion}\t${snapshots.completed} of ${snapshots.total} completed`,
    ...copies.map(({ region, verified, total }) => `copies\t${region}\t${verified} of ${total} verified`),
    ...(deletions > 0 ? [`deleted\t${deletions}`] : []),
    ...(answer.error === undefined ? [] : [`problem\t${answer.error.type}\t${oneLine(answer.error.message)}`]),
    ...answer.problems.map(({ severity, kind, message }) => {
      return `${severity === "notice" ? "notice" : "problem"}\t${kind}\t${oneLine(message)}`;
    }),
  ];
  return [color(result.answer), ...lines.map((one) => (isTerminal ? one.replace(/\t/g, "  ") : one))].join("\n");
}
