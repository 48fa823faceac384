/** A restore as text: the plan before the question, and what became of it. Pure. */
import type { Check } from "../../restore/aws/checks";
import type { Fact } from "../../restore/differences";
import type { Found } from "../../restore/found";
import { RESTORE_TAG } from "../../restore/restoreTags";
import type { RestorePlan } from "../restore/plan";
import type { Look } from "./look";
import { type Column, oneLine, renderTable } from "./table";

const FACT_COLUMNS: Column<Fact>[] = [
  { title: "FACT", value: ({ fact }) => fact },
  { title: "ORIGINAL", value: ({ original }) => original },
  { title: "RESTORED", value: ({ restored }) => restored },
  { title: "OUTCOME", value: ({ outcome }) => outcome },
  { title: "WHAT TO DO", value: ({ hint }) => hint },
];

/** Returns the facts that are not as they were, as a table. */
export function factLines(facts: readonly Fact[], same: number, look: Look): string[] {
  const others = facts.length === 0 ? [] : renderTable(facts, FACT_COLUMNS, look).split("\n");
  return [...others, `${same} other fact${same === 1 ? "" : "s"} the same`];
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
    ...(facts.length === 0
      ? []
      : [look.colors.bold("what will differ from the original"), ...facts.map((one) => `  ${one}`)]),
    ...section("price", plan.price, look),
    ...section("time", plan.time, look),
    ...section("checks", checks.map(checkLine), look),
    ...section("mind", plan.warnings, look),
  ].join("\n");
}

/** Names what a restore made, and what it took off. */
export function madeLines({ images, groups, volumes, interfaces, instance }: Found): string[] {
  const isMade = instance?.tags[RESTORE_TAG.id] !== undefined;
  return [
    ...(isMade ? [`instance ${instance.instanceId} (${instance.state})`] : []),
    ...images.map(({ imageId }) => `image ${imageId}`),
    ...groups.map(({ groupId }) => `security group ${groupId}`),
    ...interfaces
      .filter(({ isFree }) => isFree)
      .map(({ interfaceId }) => `network interface ${interfaceId}, which its instance left`),
    ...volumes.map(
      ({ volumeId, state, tags }) => `volume ${volumeId} (${tags[RESTORE_TAG.role] ?? "no role"}, ${state})`,
    ),
  ];
}
