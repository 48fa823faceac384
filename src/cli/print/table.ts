/** Tables: aligned columns on a terminal, else one record per line with tabs between whole values. Pure. */
import type { Look } from "./look";

/** A column, and how a record fills it. */
export interface Column<Row> {
  title: string;
  /** The value for programs: whole, without a unit. */
  value: (row: Row) => string | number | undefined;
  /** The value for people, if it differs; `undefined` leaves the column to programs. */
  shown?: (row: Row) => string;
  /** Set on a column that only programs get. */
  isHidden?: true;
}

const GAP = "  ";
const NONE = "-";

/** A value never breaks its line or its column: a tag may hold anything. */
export function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters of a tag must not reach a terminal
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

function textOf(value: string | number | undefined): string {
  return value === undefined || value === "" ? NONE : oneLine(String(value));
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** Returns the records as lines. The titles are on a terminal alone, so that a pipe gets records only. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { isTerminal, colors }: Look) {
  if (!isTerminal) return rows.map((row) => columns.map(({ value }) => textOf(value(row))).join("\t")).join("\n");
  const shown = columns.filter(({ isHidden }) => isHidden !== true);
  const cells = rows.map((row) =>
    shown.map(({ value, shown: forPeople }) => textOf(forPeople === undefined ? value(row) : forPeople(row))),
  );
  const [titles = "", ...lines] = aligned([shown.map(({ title }) => title), ...cells]);
  return [colors.bold(titles), ...lines].join("\n");
}
