/**
 * Checks cron expressions by EventBridge Scheduler's own table of fields (EventBridge user guide, "Cron expressions
 * reference"). croner, which says when an expression fires, accepts more. So this refuses expressions that Scheduler
 * would refuse in the middle of a `pulumi up`. It also refuses forms that the table leaves open, such as lists with L
 * or W. Pure.
 */
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

interface Field {
  name: string;
  min: number;
  max: number;
  /** Names of the values, from `min` on. */
  names?: readonly string[];
  /** False: AWS's table has no `/` for it. */
  hasSteps: boolean;
  /** Parses a form that must be the whole field, with its place in the table. */
  alone?: (text: string, valueOf: (text: string) => number | undefined) => boolean;
}

/** Parses the nearest weekday of a day, and the last day of the month. */
const dayAlone: Field["alone"] = (text, valueOf) =>
  text === "L" || (/^\d+W$/.test(text) && valueOf(text.slice(0, -1)) !== undefined);

/** Parses the last day of the week, the month's last such day, and its first to fifth. */
const weekdayAlone: Field["alone"] = (text, valueOf) => {
  const [day = "", nth] = text.split("#");
  if (nth !== undefined) return /^[1-5]$/.test(nth) && valueOf(day) !== undefined;
  return text === "L" || (/^\dL$/.test(text) && valueOf(text.slice(0, -1)) !== undefined);
};

const FIELDS: readonly Field[] = [
  { name: "minutes", min: 0, max: 59, hasSteps: true },
  { name: "hours", min: 0, max: 23, hasSteps: true },
  { name: "day-of-month", min: 1, max: 31, hasSteps: true, alone: dayAlone },
  { name: "month", min: 1, max: 12, names: MONTHS, hasSteps: true },
  {
    name: "day-of-week",
    min: 1,
    max: 7,
    names: WEEKDAYS,
    hasSteps: false,
    alone: weekdayAlone,
  },
  { name: "year", min: 1970, max: 2199, hasSteps: true },
];
const DAY = 2;
const WEEKDAY = 4;

function valueIn({ min, max, names = [] }: Field): (text: string) => number | undefined {
  return (text) => {
    const named = names.indexOf(text.toUpperCase());
    const value = named >= 0 ? min + named : /^\d{1,4}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
  };
}

/** Returns true for a valid part of a list: a value, a range or all of them, and steps through it. */
function isPart(text: string, field: Field): boolean {
  const [span = "", step, ...more] = text.split("/");
  const width = field.max - field.min;
  const isStep = /^[1-9]\d*$/.test(step ?? "1") && Number(step ?? 1) <= Math.max(1, width);
  if (more.length > 0 || !isStep || (step !== undefined && !field.hasSteps)) return false;
  if (span === "*") return true;
  const ends = span.split("-").map(valueIn(field));
  const [from] = ends;
  const to = ends.at(-1);
  return ends.length <= 2 && from !== undefined && to !== undefined && from <= to;
}

function isField(text: string, field: Field): boolean {
  if (field.alone?.(text, valueIn(field)) === true) return true;
  return text.split(",").every((part) => isPart(part, field) && (part !== "*" || text === "*"));
}

/** @returns the expected form if the expression is wrong; `undefined` if Scheduler accepts it */
export function cronError(expression: string): string | undefined {
  const texts = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/) ?? [];
  if (texts.length !== FIELDS.length) {
    return `six fields in cron(...), got ${texts.length}`;
  }
  const [day, weekday] = [texts[DAY], texts[WEEKDAY]];
  if ((day === "?") === (weekday === "?")) {
    return "`?` in exactly one of day-of-month and day-of-week";
  }
  for (const [index, field] of FIELDS.entries()) {
    const text = texts[index] ?? "";
    const isOpen = text === "?" && (index === DAY || index === WEEKDAY);
    if (isOpen || isField(text, field)) continue;
    const alone = field.alone === undefined ? "" : "; L, W and # stand alone";
    const range = `${field.min} to ${field.max}${field.names === undefined ? "" : ` or ${field.names[0] ?? ""} to ${field.names.at(-1) ?? ""}`}`;
    return `values of ${field.name} from ${range} as Scheduler takes them${alone}, not ${text}`;
  }
  return undefined;
}
