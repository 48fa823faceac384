/**
 * Tests night by night that recovery points keep the rules of former tags and attachments until a mail about that is old
 * enough: of whichever instance a volume was with, in every region, and only if the change was not undone meanwhile.
 */
import { HERE, POLICY, both, counts } from "../../support/editNights";
import { type Nights, startNights } from "../../support/nights";
import { DAY_MS } from "../../../src/vault/lib/time";
import { DR, instance, volume } from "../../support/world";
import type { ProtectedInstance } from "../../../src/vault/model/world";

const ANNOUNCED = "deletions-announced";

const DAILY = { gold: both({ daily: 30 }), short: both({ daily: 7 }) };
const NO_LIMIT = { ...POLICY, maxDeletePercent: 100 };

function tagged(id: string, policy: string, volumes: readonly string[]): ProtectedInstance {
  return instance(
    id,
    volumes.map((volumeId, index) => volume(volumeId, { isRoot: index === 0 })),
    { Backup: policy },
  );
}

/** Lets days pass with a sweep each, and without a run. */
function sweepDaily(nights: Nights, days: number): void {
  for (let day = 0; day < days; day += 1) nights.sweep(DAY_MS);
}

/** Returns the numbers of recovery points of a volume with an instance, by region. */
function ofVolume(nights: Nights, id: string, volumeId: string): number[] {
  return [HERE, DR.region].map((region) => nights.slots(id, region, volumeId).length);
}

describe("an instance's tag that is put back before the mail's date", () => {
  const POLICIES = { gold: both({ last: 12 }), short: both({ last: 3 }) };
  const MONTHLY = { ...NO_LIMIT, schedule: "rate(30 days)", policies: POLICIES };
  const gold = [tagged("i-1", "gold", ["vol-1"])];

  function afterAShortMonth() {
    const nights = startNights(MONTHLY, gold);
    nights.pass(12 * 30, 30 * DAY_MS);
    nights.instances = [tagged("i-1", "short", ["vol-1"])];
    nights.pass(1);
    expect(nights.mailsOf(ANNOUNCED)).toHaveLength(2);
    return nights;
  }

  test("deletes nothing, although no run has seen that it is back", () => {
    const nights = afterAShortMonth();
    nights.instances = gold;
    sweepDaily(nights, 20);
    expect(counts(nights)).toStrictEqual([12, 12]);
    nights.pass(60, 30 * DAY_MS);
    expect(counts(nights)).toStrictEqual([12, 12]);
  });

  test("deletes what was mailed if the next run still finds the new tag", () => {
    const nights = afterAShortMonth();
    sweepDaily(nights, 28);
    expect(counts(nights)).toStrictEqual([12, 12]);
    nights.pass(30, 30 * DAY_MS);
    expect(counts(nights)).toStrictEqual([3, 3]);
  });

  test("deletes what was mailed if the instance is gone", () => {
    const nights = afterAShortMonth();
    nights.instances = [tagged("i-2", "short", ["vol-2"])];
    sweepDaily(nights, 28);
    nights.pass(90, 30 * DAY_MS);
    expect(counts(nights)).toStrictEqual([1, 1]);
  });
});

test("a tag change is over on its date if the instance is gone, although its volume is with another one", () => {
  const nights = startNights({ ...NO_LIMIT, policies: DAILY }, [tagged("i-a", "gold", ["vol-a", "vol-d"])]);
  nights.pass(30);
  nights.instances = [tagged("i-a", "short", ["vol-a", "vol-d"])];
  nights.pass(2);
  nights.instances = [tagged("i-b", "short", ["vol-b", "vol-d"])];
  // Two days later the volume has a mail of its own.
  nights.pass(9);
  const [here = 0, there = 0] = counts(nights, "i-a");
  expect(Math.max(here, there)).toBeLessThan(10);
});

describe("a data volume that was with an instance under a longer policy", () => {
  const before = () => [tagged("i-a", "short", ["vol-a", "vol-d"])];

  function afterAMove() {
    const nights = startNights({ ...NO_LIMIT, policies: DAILY }, before());
    nights.pass(10);
    nights.instances = [tagged("i-a", "short", ["vol-a"]), tagged("i-b", "gold", ["vol-b", "vol-d"])];
    nights.pass(12);
    expect(ofVolume(nights, "i-a", "vol-d")).toStrictEqual([7, 7]);
    nights.mailed.length = 0;
    return nights;
  }

  test("keeps its history for the grace when that instance gets a shorter one", () => {
    const nights = afterAMove();
    nights.instances = [tagged("i-a", "short", ["vol-a"]), tagged("i-b", "short", ["vol-b", "vol-d"])];
    nights.pass(7);
    expect(ofVolume(nights, "i-a", "vol-d")).toStrictEqual([7, 7]);
    const named = nights.mailsOf(ANNOUNCED).filter(({ message }) => message.includes("i-a"));
    expect(named).toHaveLength(2);
    expect(named[0]?.message).toContain("vol-d");
    nights.pass(3);
    expect(ofVolume(nights, "i-a", "vol-d")).toStrictEqual([1, 1]);
  });

  test("keeps its history for the grace when it moves back", () => {
    const nights = afterAMove();
    const before = nights.slots("i-a", HERE, "vol-d");
    nights.instances = [tagged("i-a", "short", ["vol-a", "vol-d"]), tagged("i-b", "gold", ["vol-b"])];
    nights.pass(7);
    for (const region of [HERE, DR.region]) {
      expect(nights.slots("i-a", region, "vol-d")).toStrictEqual(expect.arrayContaining(before));
    }
    nights.pass(1);
    expect(nights.slots("i-a", HERE, "vol-d").filter((slot) => before.includes(slot))).toStrictEqual([]);
  });
});

test("a DR region that could not be read keeps what the tags of meanwhile kept, until its own mail's date", () => {
  const policies = { gold: both({ retentionDays: 90 }), short: both({ retentionDays: 30 }) };
  const nights = startNights({ ...NO_LIMIT, policies }, [tagged("i-1", "short", ["vol-1"])]);
  nights.pass(30);
  nights.unread.add(DR.region);
  nights.instances = [tagged("i-1", "gold", ["vol-1"])];
  nights.pass(10);
  nights.instances = [tagged("i-1", "short", ["vol-1"])];
  nights.pass(1);
  const before = nights.slots("i-1", DR.region);
  nights.unread.clear();
  nights.pass(7);
  expect(nights.slots("i-1", DR.region)).toStrictEqual(expect.arrayContaining(before));
  nights.pass(3);
  expect(counts(nights)).toStrictEqual([30, 30]);
});

test("a data volume that is attached to another instance on the date of an orphan's mail keeps its whole history", () => {
  const policies = { gold: both({ daily: 90 }) };
  const other = tagged("i-c", "gold", ["vol-c"]);
  const nights = startNights({ ...NO_LIMIT, policies, orphanDays: 10 }, [
    tagged("i-a", "gold", ["vol-a", "vol-d"]),
    other,
  ]);
  nights.pass(30);
  nights.instances = [other];
  nights.pass(10);
  nights.instances = [tagged("i-b", "gold", ["vol-b", "vol-d"]), other];
  nights.pass(5);
  expect(counts(nights, "i-a")).toStrictEqual([30, 30]);
});
