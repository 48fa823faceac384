/** Tests hour by hour what is mailed if more changes wait than the timer's payload has room for. */
import { groupsOf, kindOf, knownOf, subjectOf } from "../../../src/vault/changes/changeKeys";
import { remember } from "../../../src/vault/changes/changeMemory";
import { planChanges } from "../../../src/vault/changes/changePlans";
import { withinRoom } from "../../../src/vault/changes/changeRoom";
import { notifiedOf } from "../../../src/vault/changes/changeUpdate";
import { tagChange } from "../../../src/vault/changes/tagChanges";
import type { ChangeKey, HeldPoint } from "../../../src/vault/model/memory/waitingPlans";
import { type Problem, problemKey } from "../../../src/vault/model/problem";
import { unreportedOf } from "../../../src/vault/report/log";
import { DAY_MS, HOUR_MS, isoSeconds } from "../../../src/vault/lib/time";
import { HERE, POLICY } from "../../support/editNights";
import { DR, NOW } from "../../support/world";

const GRACE_MS = POLICY.editGraceDays * DAY_MS;
const GRACE_HOURS = GRACE_MS / HOUR_MS;

/** Returns tag changes of instances in both regions, of the same tags, or each of its own. */
function tagChanges(instances: number, beforeOf: (n: number) => string = () => "silver"): ChangeKey[] {
  return [HERE, DR.region].flatMap((region) =>
    Array.from({ length: instances }, (_, n) => {
      const id = `i-${n.toString(16).padStart(17, "0")}`;
      return `${region} tags ${tagChange(id, "gold", beforeOf(n))}`;
    }),
  );
}

/** Returns a recovery point that waits for a change. Its snapshot is another one every hour, so each plan has another hash. */
function waiting(key: ChangeKey, isFresh: boolean, nowMs: number): HeldPoint {
  const { region, of } = kindOf(key);
  const [slot, keys] = [isoSeconds(nowMs), new Set([key])];
  const fresh = isFresh ? keys : new Set<ChangeKey>();
  return {
    region,
    snapshotId: `${key} ${slot}`,
    instanceId: subjectOf(of),
    slot,
    keys,
    fresh,
    endMs: nowMs + GRACE_MS,
  };
}

/** Starts hourly invocations. A change is over once its mail is as old as the grace. */
function startHours(changes: readonly ChangeKey[]) {
  let memory = remember({ memory: undefined, hasPoints: false }, POLICY, NOW);
  let notified: Record<string, string> = {};
  let hour = 0;
  const invoke = () => {
    const nowMs = NOW + hour * HOUR_MS;
    for (const [key, { at }] of knownOf(memory)) if (Date.parse(at) + GRACE_MS <= nowMs) hours.left.delete(key);
    const known = new Map([...knownOf(memory)].filter(([key]) => hours.left.has(key)));
    const held = [...hours.left].map((key) => waiting(key, !known.has(key), nowMs));
    const { named, problems } = withinRoom(held, known, { graceDays: POLICY.editGraceDays }, nowMs);
    const planned = planChanges(named, new Map(), { memory, known }, POLICY);
    const unreported = unreportedOf([...planned.problems, ...problems], notified, nowMs);
    if (unreported.length > 0) hours.mails.push({ hour, problems: unreported });
    notified = { ...notified, ...Object.fromEntries(unreported.map((one) => [problemKey(one), isoSeconds(nowMs)])) };
    const carried = { ...memory, notified: groupsOf(known) };
    memory = notifiedOf({ memory: carried, plans: planned.plans, graceDays: POLICY.editGraceDays }, notified);
  };
  const hours = {
    left: new Set(changes),
    mails: [] as { hour: number; problems: Problem[] }[],
    known: () => knownOf(memory),
    /** Lets hours pass, with an invocation in each, or less often. */
    pass: (count: number, every = 1) => {
      const end = hour + count;
      for (; hour < end; hour += every) invoke();
    },
  };
  return hours;
}

function mailHours({ mails }: ReturnType<typeof startHours>): number[] {
  return mails.map(({ hour }) => hour);
}

test("names 3,200 tag changes in one mail, and all of them are over at its date", () => {
  const hours = startHours(tagChanges(1_600));
  hours.pass(24);
  hours.pass(GRACE_HOURS - 24, 12);
  expect(mailHours(hours)).toStrictEqual([0]);
  expect(hours.left.size).toBe(3_200);
  hours.pass(1);
  expect(hours.left.size).toBe(0);
});

describe.each([
  ["of the same tags", () => "silver"],
  ["of tags of each instance's own", (n: number) => `silver-${n}`],
] as const)("more tag changes than there is room for, %s,", (_what, beforeOf) => {
  const all = tagChanges(2_500, beforeOf);

  test("are named in batches, each of which is over at the date in its mail", () => {
    const hours = startHours(all);
    hours.pass(1);
    const first = hours.known();
    expect(first.size).toBeGreaterThan(2_000);
    expect(first.size).toBeLessThan(all.length);
    hours.pass(2);
    hours.pass(GRACE_HOURS - 3, 15);
    expect([...hours.known()].map(([key, { at }]) => [key, at])).toStrictEqual(
      [...first].map(([key, { at }]) => [key, at]),
    );
    expect(hours.left.size).toBe(all.length);
    hours.pass(1);
    expect([...hours.left].filter((key) => first.has(key))).toStrictEqual([]);
    hours.pass(3 * GRACE_HOURS, 12);
    expect(hours.left.size).toBe(0);
  });

  test("are mailed once a day at most, with a notice about those that wait for a later mail", () => {
    const hours = startHours(all);
    hours.pass(50);
    expect(mailHours(hours)).toStrictEqual([0, 23, 46]);
    const [first, ...later] = hours.mails.map(({ problems }) => problems.map(({ message }) => message));
    expect(first!.join("\n")).toMatch(/the vault will delete 2\d{3} recovery points in us-east-1/);
    expect(first!.join("\n")).toMatch(/\d+ recovery points in us-west-2 wait for changes that no mail has named yet/);
    for (const messages of later) for (const one of messages) expect(one).toMatch(/that no mail has named yet/);
  });
});

test("names the next changes once a day if others are over one by one", () => {
  const hours = startHours(tagChanges(2_500));
  hours.pass(2);
  for (let n = 0; n < 48; n += 1) {
    const [key = ""] = hours.known().keys();
    hours.left.delete(key);
    hours.pass(1);
  }
  const named = hours.mails.filter(({ problems }) => problems.some(({ message }) => message.includes("will delete")));
  expect(named.map(({ hour }) => hour)).toStrictEqual([0, 23, 46]);
});

test("names an edit and what the deletion limit stopped although there is no room for anything else", () => {
  const hours = startHours(tagChanges(2_500));
  hours.pass(1);
  const edit = `${HERE} settings ${isoSeconds(NOW)}`;
  const stop = `${HERE} limit i-1`;
  hours.left.add(edit).add(stop);
  hours.pass(1);
  expect(hours.mails.map(({ hour }) => hour)).toStrictEqual([0, 1]);
  expect(hours.known().get(edit)?.at).toBe(isoSeconds(NOW + HOUR_MS));
  expect(hours.known().get(stop)?.at).toBe(isoSeconds(NOW + HOUR_MS));
});
