/** Tests that a mail about a change names what will be due by the end of its grace, in every region at once. */
import { DAY_MS, HOUR_MS } from "../../../src/vault/lib/time";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { startNights } from "../../support/nights";
import { DR, SETTINGS, instance, keeping, volume } from "../../support/world";

const HERE = SETTINGS.primaryRegion;
const FLEET = [instance("i-1", [volume("vol-1", { isRoot: true })])];
const LAST = { true: { keep: { last: 14 }, drKeep: { last: 14 } } };

function after(nights: number, change: Partial<CoreSettings>, policies = LAST, then = 1, everyMs = DAY_MS) {
  const played = startNights({ ...SETTINGS, policies }, FLEET);
  played.pass(nights);
  expect(played.mailed).toStrictEqual([]);
  played.policy = { ...played.policy, ...change };
  played.pass(then, everyMs);
  return played.mailsOf("deletions-announced").map(({ subject, message }) => ({
    region: subject.split(" ")[0],
    said: /will delete (\d+ recovery points?) .*?(?:, (\S+ of them due [a-z]+))?: i-1/.exec(message)?.slice(1),
  }));
}

test("announces what a more frequent schedule deletes during the grace, not only what is due at once", () => {
  // The copy of the second run is not there yet.
  expect(after(20, { schedule: "cron(0 * * * ? *)" }, LAST, 1, HOUR_MS)).toStrictEqual([
    { region: HERE, said: ["8 recovery points", "1 of them due already"] },
    { region: DR.region, said: ["7 recovery points", "none of them due yet"] },
  ]);
});

test("announces that a shorter retention also makes young points due by then", () => {
  expect(after(40, { policies: keeping(3) }, keeping(30) as typeof LAST)).toStrictEqual([
    { region: HERE, said: ["30 recovery points", "27 of them due already"] },
    { region: DR.region, said: ["30 recovery points", "27 of them due already"] },
  ]);
});

test("announces nothing for steady expiry or for an edit that only lengthens retention", () => {
  expect(after(40, {}, keeping(30) as typeof LAST, 9)).toStrictEqual([]);
  expect(after(40, { policies: keeping(60) }, keeping(30) as typeof LAST, 9)).toStrictEqual([]);
});

test("announces what goes by the end of the grace with a volume that moved and then left, and names the volume", () => {
  const fleet = (first: string[], second: string[]) =>
    [first, second].map((data, at) =>
      instance(`i-${at + 1}`, [volume(`vol-${at + 1}`, { isRoot: true }), ...data.map((id) => volume(id))]),
    );
  const last = (count: number) => ({ true: { keep: { last: count }, drKeep: { last: count } } });
  const settings = { ...SETTINGS, policies: last(7), orphans: "expire" as const, orphanDays: 3, keepAtLeast: 1 };
  const played = startNights(settings, fleet(["vol-d"], []));
  played.pass(5);
  played.instances = fleet([], ["vol-d"]);
  played.pass(10);
  expect(played.mailed).toStrictEqual([]);
  // The first look after both: the newest recovery point still has the volume, and the next ones have not.
  played.instances = fleet([], []);
  played.policy = { ...played.policy, policies: last(6) };
  played.pass(1);

  const [mail] = played.mailsOf("deletions-announced");
  expect(mail?.message).toContain(
    "since the instance, or a volume that it had (vol-d), is not backed up any more and orphans is expire, 1 of them due already: i-2: 6 recovery points of ",
  );
});
