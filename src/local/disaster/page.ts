/** The result of the demonstration as text. Pure. */
import { heading, table } from "../print/table";
import type { Disaster, Survivor } from "./disaster";
import type { Fate } from "./facts";

const FATES: readonly Fate[] = ["same", "mapped", "lost, reported", "LOST, NOT REPORTED"];
const WIDEST = 40;

function short(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

function factTable({ name, facts }: Survivor): string {
  const rows = facts.map(({ fact, original, restored, fate }) => [fact, short(original), short(restored), fate]);
  return heading(name) + "\n" + table(["fact", "original", "restored", "outcome"], rows);
}

function totals(survivors: readonly Survivor[]): string {
  const rows = survivors.map(({ name, instanceId = "none", facts, seconds, exitCode, error }) => [
    name,
    instanceId,
    ...FATES.map((fate) => facts.filter((one) => one.fate === fate).length),
    `${seconds.toFixed(1)} s`,
    error ?? (exitCode === 0 ? "usable" : `exit code ${exitCode ?? "none"}`),
  ]);
  return table(["instance", "restored as", ...FATES, "time", "state"], rows);
}

/** Returns all of it. */
export function disasterPage({ survivors, darkCalls, remains, isProven }: Disaster): string {
  const calls = darkCalls.map(({ call, count }) => `${call} × ${count}`).join(", ");
  return [
    ...survivors.map(factTable),
    heading("totals"),
    totals(survivors),
    `calls to the dark region: ${calls === "" ? "none" : calls}`,
    `left behind: ${remains.length === 0 ? "nothing" : remains.join("; ")}`,
    isProven ? "proven: no fact is lost without a word" : "NOT PROVEN",
    "The times are of an emulator whose work takes a second or two. AWS's are not known here.",
  ].join("\n");
}
