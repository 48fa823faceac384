/** A restore as text: the plan before the question, and what became of it. Pure. */
import type { Check } from "../../restore/aws/checks";
import type { Fact } from "../../restore/differences";
import type { Found } from "../../restore/found";
import { RESTORE_TAG, readOldRole } from "../../restore/restoreTags";
import type { RestorePlan } from "../restore/plan";
import type { Look } from "./look";
import { type Column, oneLine, renderTable } from "./table";

/** Widths that let a table of facts fit into 100 columns, with two for its indent. */
const FACT_WIDTH = 38;
const VALUE_WIDTH = 23;

/** Cuts a text. The end of an ARN says most, the beginning of any other. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text === "" ? "none" : text;
  return text.startsWith("arn:") ? `…${text.slice(1 - width)}` : `${text.slice(0, width - 1)}…`;
}

const FACT_COLUMNS: Column<Fact>[] = [
  { title: "FACT", value: ({ fact }) => fact, shown: ({ fact }) => cut(fact, FACT_WIDTH) },
  { title: "ORIGINAL", value: ({ original }) => original, shown: ({ original }) => cut(original, VALUE_WIDTH) },
  { title: "RESTORED", value: ({ restored }) => restored, shown: ({ restored }) => cut(restored, VALUE_WIDTH) },
  { title: "OUTCOME", value: ({ outcome }) => outcome },
  { title: "WHAT TO DO", value: ({ hint }) => hint, isHidden: true },
];

/** Returns the facts that are not as they were, as a table: what is lost comes first, and what to do about it below. */
export function factLines(facts: readonly Fact[], same: number, look: Look): string[] {
  const sorted = [...facts].sort((a, b) => Number(b.outcome === "lost") - Number(a.outcome === "lost"));
  const rows = sorted.length === 0 ? [] : renderTable(sorted, FACT_COLUMNS, look).split("\n");
  const hints = look.isTerminal
    ? sorted.flatMap(({ fact, hint }) => (hint === undefined ? [] : [`${fact}: ${hint}`]))
    : [];
  return [...rows, ...hints, `${same} other fact${same === 1 ? "" : "s"} the same`];
}

function section(title: string, lines: readonly string[], { colors }: Look): string[] {
  return lines.length === 0 ? [] : [colors.bold(title), ...lines.map((line) => `  ${oneLine(line)}`)];
}

function checkLine({ call, error }: Check): string {
  return error === undefined ? `${call}: AWS would accept it` : `${call}: ${error.code}: ${error.message}`;
}

/** Returns the plan. */
export function renderPlan(plan: RestorePlan, checks: readonly Check[], look: Look): string {
  const numbered = plan.steps.map((step, index) => `${index + 1}. ${step}`);
  const hasFacts = plan.same + plan.differences.length > 0;
  const facts = hasFacts ? factLines(plan.differences, plan.same, look) : [];
  return [
    ...section("what it does", numbered, look),
    ...section("volumes", plan.volumes, look),
    ...(facts.length === 0
      ? []
      : [look.colors.bold("what will differ from the original"), ...facts.map((one) => `  ${one}`)]),
    ...section("price", plan.price, look),
    ...section("time", plan.time, look),
    ...section("checks", checks.map(checkLine), look),
    ...section("mind", plan.warnings, look),
  ].join("\n");
}

/** Returns what a volume is for. */
function roleText(role: string | undefined): string {
  const old = readOldRole(role);
  return old === undefined ? (role ?? "no role") : `the old ${old.device}`;
}

/**
 * Names what a restore made and is there, and what it took off. EC2 shows an instance for an hour after its end. One that the
 * restore only works on may be of another restore.
 */
export function madeLines(restoreId: string, { images, groups, volumes, interfaces, instance }: Found): string[] {
  const isMade = instance?.tags[RESTORE_TAG.id] === restoreId && instance.state !== "terminated";
  return [
    ...(isMade ? [`instance ${instance.instanceId} (${instance.state})`] : []),
    ...images.map(({ imageId }) => `image ${imageId}`),
    ...groups.map(({ groupId }) => `security group ${groupId}`),
    ...interfaces
      .filter(({ isFree }) => isFree)
      .map(({ interfaceId }) => `network interface ${interfaceId}, which its instance left`),
    ...volumes.map(({ volumeId, state, tags }) => `volume ${volumeId} (${roleText(tags[RESTORE_TAG.role])}, ${state})`),
  ];
}
