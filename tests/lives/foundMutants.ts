/** Lists mistakes that only a long life showed, each with that life: others rarely come to it. */
import type { Mutant } from "../simulation/mutants/mutantList";

/** Before there were exclusions and the events of keyEvents.ts. */
const EARLIER = ["--only-retention"];
/** Before DR regions could be unreadable. */
const READABLE = ["--no-outages"];

export const FOUND_MUTANTS: readonly Mutant[] = [
  {
    name: "a former schedule ends with the settings it was part of",
    file: "changes/changeMemory.ts",
    original: "    end = one.until;\n",
    mutated: "",
    plausible: "the settings have one end",
    shownBy: { seed: 8412, days: 365, args: EARLIER },
  },
  {
    name: "a DR copy beside what is released is copied again",
    file: "plan/prune/released.ts",
    original: "const uncopied = withTwins(left, wanted);",
    mutated: "const uncopied = left;",
    plausible: "it has no copy-expired tag",
    shownBy: { seed: 8938, days: 365, args: EARLIER },
  },
  {
    name: "a stop ends while a change holds what was due",
    file: "changes/deletionLimit.ts",
    original: "held.has(one.snapshotId) || areUnknown(one);",
    mutated: "areUnknown(one);",
    plausible: "nothing is due",
    shownBy: { seed: 9581, days: 365, args: EARLIER },
  },
  {
    name: "a copy under a former key is no recovery point",
    file: "plan/prune/pruneDr.ts",
    original: "    waiting.add(best);\n    return true;\n",
    mutated: "    return false;\n",
    plausible: "it is not usable",
    shownBy: { seed: 8267, days: 365, args: READABLE },
  },
  {
    name: "a mail of the same snapshots is left out within the day",
    file: "changes/changeWords.ts",
    original: "deletionPlanHash(region, news)]",
    mutated: "deletionPlanHash(region, [...plan.fresh])]",
    plausible: "mails have named all of its other changes",
    shownBy: { seed: 8620, days: 365, args: READABLE },
  },
  {
    name: "a mail about an edit looks ahead only to when nothing is left",
    file: "changes/farther.ts",
    original: "play({ ...group, points: group.points.filter(isLeft) }, times.otherMs);",
    mutated: "void isLeft;",
    plausible: "all is released then",
    shownBy: { seed: 9656, days: 365 },
  },
  {
    name: "an approval covers changes that came after it",
    file: "changes/changePlans.ts",
    original: "isApproved && isOther",
    mutated: "isApproved && isOther && false",
    plausible: "the plan has the same snapshots",
    shownBy: { seed: 9723, days: 365 },
  },
  {
    name: "a mail about an edit counts for all instances",
    file: "changes/namedUnits.ts",
    original: "{ named, unnamed } = known.get(key) ?? {};",
    mutated: "{ named, unnamed } = {} as NamedUnits;",
    plausible: "it looks a year ahead",
    shownBy: { seed: 10752, days: 365 },
  },
  {
    name: "the approval of a later mail counts for who only an earlier one named",
    file: "changes/changeKeys.ts",
    original: "...(edit && inBoth(before, edit))",
    mutated: "...(edit && inBoth(before, {}))",
    plausible: "a mail has named them",
    shownBy: { seed: 10918, days: 365 },
  },
  {
    name: "settings are forgotten that say when a schedule was left again",
    file: "changes/resumed.ts",
    original: "(untilOf(index) <= one.backAt || isLast(index))",
    mutated: "(untilOf(index) <= one.backAt || (isLast(index) && false))",
    plausible: "their mail is a month old",
    shownBy: { seed: 10910, days: 365 },
  },
  {
    name: "a duplicate under a former key is left of a copy that expires",
    file: "plan/prune/pruneDr.ts",
    original: "if (leaving.has(best.snapshotId)) removeExpired",
    mutated: "if (leaving.has(best.snapshotId) && false) removeExpired",
    plausible: "the next run prunes it",
    shownBy: { seed: 11900, days: 365 },
  },
  {
    name: "a copy is made again because a schedule is back",
    file: "plan/prune/released.ts",
    original: "{ ...rules, formersOf: undefined }",
    mutated: "rules",
    plausible: "the rules keep it",
    shownBy: { seed: 12114, days: 365 },
  },
];
