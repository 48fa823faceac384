/**
 * Tests night by night that bounds apply to an instance's own rules when these are read, not when a recovery point is
 * made. So a lower bound cuts them to the bound, and settings that are put back lose nothing.
 */
import { both, counts, edit } from "../../support/editNights";
import { type Nights, startNights } from "../../support/nights";
import { DAY_MS } from "../../../src/vault/lib/time";
import type { CoreSettings, KeepRules } from "../../../src/vault/model/settings";
import { SETTINGS, instance, volume } from "../../support/world";

const KEY = SETTINGS.tagKey;

/** Returns settings with one policy, whose rules are the same in both regions. */
function policies(keep: KeepRules): Pick<CoreSettings, "policies"> {
  return { policies: { true: both(keep) } };
}

/** Returns an instance that asks for a rule in both regions. */
function asking(rule: string, value: string) {
  const tags = { [KEY]: "true", [`${KEY}-keep-${rule}`]: value, [`${KEY}-dr-keep-${rule}`]: value };
  return [instance("i-1", [volume("vol-1", { isRoot: true })], tags)];
}

function mails(nights: Nights): string {
  return nights
    .mailsOf("deletions-announced")
    .map(({ message }) => message)
    .join("\n");
}

describe("a daily instance that asks for 60 days", () => {
  function afterBound(overrideMax: KeepRules): Nights {
    const settings = { ...SETTINGS, ...policies({ daily: 7 }), maxDeletePercent: 50, overrideMax: { daily: 90 } };
    const nights = startNights(settings, asking("daily", "60"));
    nights.pass(70);
    expect(counts(nights)).toStrictEqual([60, 60]);
    edit(nights, { overrideMax });
    nights.pass(5);
    expect(counts(nights)).toStrictEqual([60, 60]);
    return nights;
  }

  test("has 30 if the bound is lowered to that, and the mail names the edit", () => {
    const nights = afterBound({ daily: 30 });
    nights.pass(15);
    expect(counts(nights)).toStrictEqual([30, 30]);
    expect(mails(nights)).toContain("the stack's settings");
    expect(mails(nights)).not.toContain("the instance's tags");
  });

  test("has the policy's 7 if the bound is removed, and the mail names the edit", () => {
    const nights = afterBound({});
    nights.pass(15);
    expect(counts(nights)).toStrictEqual([7, 7]);
    expect(mails(nights)).not.toContain("the instance's tags");
  });
});

describe("a monthly instance that asks for 12, after a run under other settings that are taken back", () => {
  test.each<[string, Partial<CoreSettings>]>([
    ["a lower bound", { overrideMax: { last: 6 } }],
    ["no bound", { overrideMax: {} }],
    ["a policy that asks for more", policies({ last: 20 })],
  ])("still has 12 recovery points: %s", (_what, change) => {
    const settings = { ...SETTINGS, ...policies({ last: 3 }), maxDeletePercent: 100, schedule: "rate(30 days)" };
    const before = { ...settings, overrideMax: { last: 12 } };
    const nights = startNights(before, asking("last", "12"));
    nights.pass(12 * 30, 30 * DAY_MS);
    expect(counts(nights)).toStrictEqual([12, 12]);
    edit(nights, change);
    nights.pass(3, 3 * DAY_MS);
    nights.policy = before;
    nights.sweep();
    for (let day = 3; day < 20; day += 1) nights.miss(1);
    expect(counts(nights)).toStrictEqual([12, 12]);
  });
});

test("cuts a tag above the bound from the first recovery point that carries it, and announces nothing", () => {
  const bounded = { maxDeletePercent: 50, overrideMax: { daily: 30 } };
  const untagged = [instance("i-1", [volume("vol-1", { isRoot: true })], { [KEY]: "true" })];
  const nights = startNights({ ...SETTINGS, ...policies({ daily: 7 }), ...bounded }, untagged);
  nights.pass(10);
  nights.instances = asking("daily", "60");
  nights.pass(40);
  expect(counts(nights)).toStrictEqual([30, 30]);
  expect(nights.mailsOf("deletions-announced")).toStrictEqual([]);
});
