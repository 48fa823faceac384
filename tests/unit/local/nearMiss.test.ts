/** Tests tags that nearly protect an instance or exclude a volume. Method: one tag, and what is said of it. */
import { nearExclusionOf, nearMissOf } from "../../../src/local/findings/nearMiss";

const ONE = { key: "backup", values: ["True"] };
const TWO = { key: "backup", values: ["gold", "silver"] };
const CHANGE = "the tag has to be backup=True, in this case and without blanks";

test.each([
  ["backup", "true", 'backup="true"'],
  ["backup", "TRUE", 'backup="TRUE"'],
  ["Backup", "True", 'Backup="True"'],
  ["backup", "True ", 'backup="True "'],
  ["backup ", "True", '"backup "="True"'],
  ["backup", "True\u00a0", 'backup="True\\u00a0"'],
  ["backup", "Tr\u200bue", 'backup="Tr\\u200bue"'],
  ["back-up", "True", 'back-up="True"'],
  ["backups", "True", 'backups="True"'],
  ["bakcup", "True", 'bakcup="True"'],
  ["backup", "Ture", 'backup="Ture"'],
  ["backup", "yes", 'backup="yes"'],
  ["backup", "", 'backup=""'],
])("finds a near miss in %j=%j", (key, value, now) => {
  expect(nearMissOf({ Name: "web", [key]: value }, ONE)).toEqual({
    now,
    wanted: "backup=True",
    change: CHANGE,
  });
});

test.each([
  ["the right tag", { backup: "True" }],
  ["no tag", {}],
  ["another key", { Name: "True", Backend: "True" }],
  ["a value that says no", { backup: "false", Backup: "No" }],
  ["an exclusion", { backup: "exclude" }],
  ["the right tag beside a near miss", { backup: "True", Backup: "true" }],
])("finds no near miss in %s", (_, tags) => {
  expect(nearMissOf(tags as Record<string, string>, ONE)).toBeUndefined();
});

test("names the policy that is meant, or all if none is", () => {
  expect(nearMissOf({ Backup: "Silver" }, TWO)?.change).toContain("backup=silver,");
  expect(nearMissOf({ backup: "True" }, TWO)?.change).toContain("backup=gold or silver,");
});

test.each([
  ["Exclude", true],
  ["exclude ", true],
  ["excluded", true],
  ["False", true],
  ["exclude", false],
  ["True", false],
])("decides whether backup=%j on a volume nearly excludes it: %j", (value, isNear) => {
  const change = "it is backed up; to leave it out its tag has to be backup=exclude";
  const expected = isNear ? { now: `backup="${value}"`, wanted: "backup=exclude", change } : undefined;
  expect(nearExclusionOf({ backup: value }, ONE)).toEqual(expected);
});
