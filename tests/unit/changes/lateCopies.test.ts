/**
 * Tests what becomes of copies that were made in one night of all recovery points there were: in a region that joined the
 * stack, or under another key. They are as old as each other.
 */
import { HERE, POLICY, afterNights, both, counts, edit } from "../../support/editNights";
import { DR, keeping } from "../../support/world";

const THIRD = { region: "eu-west-1", keyArn: "arn:aws:kms:eu-west-1:111122223333:key/third" };
const WEEK = { ...POLICY, policies: keeping(7) };

test("the deletion limit does not stop copies that expire together, as they were made in one night", () => {
  const nights = afterNights(20, WEEK);
  edit(nights, { dr: [{ ...DR, keyArn: `${DR.keyArn}-new` }] });
  nights.pass(3);
  // One less beside them.
  nights.miss(1);
  nights.pass(9);
  expect(counts(nights)).toStrictEqual([7, 7]);
  expect(nights.mailsOf("delete-limit-exceeded")).toStrictEqual([]);
});

test("the deletion limit counts copies that were made in one night one by one if only some of them are due", () => {
  const nights = afterNights(20, { ...WEEK, maxDeletePercent: 20, policies: { true: both({ last: 7 }) } });
  edit(nights, { dr: [{ ...DR, keyArn: `${DR.keyArn}-new` }] });
  nights.pass(10);
  expect(counts(nights)).toStrictEqual([7, 7]);
  expect(nights.mailsOf("delete-limit-exceeded")).toStrictEqual([]);
});

test("the deletion limit stops copies that expire together if nothing else is left", () => {
  const nights = afterNights(20, WEEK);
  edit(nights, { dr: [{ ...DR, keyArn: `${DR.keyArn}-new` }] });
  nights.pass(1);
  nights.miss(9);
  // The one that was due in that minute was copied again too.
  expect(counts(nights)[1]).toBe(8);
  expect(nights.mailsOf("delete-limit-exceeded").map(({ subject }) => subject.split(" ")[0])).toContain(DR.region);
});

test("a region that joins the stack expires its copies like any other, without a mail about a change", () => {
  const nights = afterNights(20, WEEK);
  edit(nights, { dr: [DR, THIRD] });
  nights.pass(20);
  expect(counts(nights, "i-1", [HERE, DR.region, THIRD.region])).toStrictEqual([7, 7, 7]);
  expect(nights.mailed).toStrictEqual([]);
});

test("a region that joins the stack again keeps what it had before until a mail about that is old enough", () => {
  const nights = afterNights(20, { ...WEEK, dr: [DR, THIRD] });
  edit(nights, { dr: [DR] });
  nights.pass(10);
  edit(nights, { dr: [DR, THIRD] });
  nights.pass(5);
  expect(counts(nights, "i-1", [THIRD.region])).toStrictEqual([19]);
  expect(nights.mailsOf("deletions-announced").map(({ subject }) => subject.split(" ")[0])).toStrictEqual([
    THIRD.region,
  ]);
  nights.pass(12);
  expect(counts(nights, "i-1", [THIRD.region])).toStrictEqual([7]);
});
