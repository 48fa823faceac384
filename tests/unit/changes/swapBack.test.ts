/**
 * Tests night by night that a failover and the way back lose nothing. The former primary region then has originals that
 * had stayed there, and copies of the same data that were made there while it was a DR region.
 */
import { isMadeForDr } from "../../../src/vault/inventory/copies";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { FLEET, HERE, POLICY } from "../../support/editNights";
import { type Nights, startNights } from "../../support/nights";
import { DR, PRIMARY_KEY, keeping } from "../../support/world";

const THERE = DR.region;
const VOLUME_KEY = "arn:aws:kms:us-east-1:111122223333:key/volumes";
const KEY_HERE = "arn:aws:kms:us-east-1:111122223333:key/dr-copies";
const AWAY: Partial<CoreSettings> = { primaryRegion: THERE, dr: [{ region: HERE, keyArn: KEY_HERE }] };
const BACK: Partial<CoreSettings> = { primaryRegion: HERE, dr: [DR] };
/** Recovery points that the primary region has before the regions are swapped, and that the DR region has. */
const [KEEP, DR_KEEP] = [7, 30];

/** Deploys the stack with other regions, whose timer is new. */
function move(nights: Nights, to: Partial<CoreSettings>): void {
  nights.policy = { ...nights.policy, ...to };
  nights.loseClock();
}

/** Plays forty nights, three with the regions swapped, and the first one back. */
function thereAndBack({ isEncrypted = false, encryptPrimary = false, back = BACK }) {
  const encrypting = encryptPrimary ? { primaryKeyArn: PRIMARY_KEY } : {};
  const nights = startNights({ ...POLICY, ...encrypting, policies: keeping(KEEP, DR_KEEP) }, FLEET);
  if (isEncrypted) nights.volumeKeyArn = VOLUME_KEY;
  nights.pass(40);
  const originals = nights.slots("i-1", HERE);
  const all = nights.slots("i-1", THERE);
  expect([originals.length, all.length]).toStrictEqual([KEEP, DR_KEEP]);
  move(nights, AWAY);
  nights.pass(3);
  move(nights, back);
  nights.pass(1);
  return { nights, originals, all };
}

/** Counts the recovery points of some slots in the former and present primary region, by what they are made of. */
function left(nights: Nights, slots: readonly string[]) {
  const mine = nights.snapshotsIn(HERE).filter(({ identity }) => slots.includes(identity.slot));
  const count = (list: typeof mine) => new Set(list.map(({ identity }) => identity.slot)).size;
  return { copies: count(mine.filter(isMadeForDr)), originals: count(mine.filter((one) => !isMadeForDr(one))) };
}

describe.each([
  ["encrypted volumes, and encryptPrimary", { isEncrypted: true, encryptPrimary: true }],
  ["encrypted volumes", { isEncrypted: true }],
  ["volumes that are not encrypted", {}],
])("after regions were swapped and swapped back, with %s,", (_what, how) => {
  test("the copies of that time and the originals beside them stay for drKeep, and are then deleted", () => {
    const { nights, originals, all } = thereAndBack(how);
    const everything = { copies: DR_KEEP, originals: KEEP };
    expect(left(nights, all)).toStrictEqual(everything);
    nights.pass(9);
    expect(left(nights, all)).toStrictEqual(everything);
    // The copies were made in the fortieth night.
    nights.pass(17);
    expect(nights.day).toBe(70);
    expect(left(nights, all)).toStrictEqual(everything);
    nights.pass(2);
    expect(left(nights, all)).toStrictEqual({ copies: 0, originals: 0 });
    expect(nights.slots("i-1", HERE).filter((slot) => originals.includes(slot))).toStrictEqual([]);
  });

  test("none of them is copied again", () => {
    const { nights, all } = thereAndBack(how);
    const copies = nights.snapshotsIn(THERE).filter(({ identity }) => all.includes(identity.slot));
    expect(copies).toHaveLength(2 * DR_KEEP);
    const madeThere = copies.map(({ snapshotId }) => snapshotId);
    nights.pass(1);
    const now = nights.snapshotsIn(THERE).filter(({ identity }) => all.includes(identity.slot));
    expect(now.map(({ snapshotId }) => snapshotId)).toStrictEqual(madeThere);
  });
});

test.each([
  ["days", keeping(KEEP, DR_KEEP)],
  ["a distance", { true: { keep: { within: `${KEEP}d` }, drKeep: { within: `${DR_KEEP}d` } } }],
])("after half a year nothing is left of the copies from the time as DR region: %s", (_what, policies) => {
  const nights = startNights({ ...POLICY, policies }, FLEET);
  nights.pass(40);
  move(nights, AWAY);
  nights.pass(20);
  move(nights, BACK);
  const lastAway = nights.slots("i-1", THERE).at(-1)!;
  nights.pass(120);
  expect(nights.slots("i-1", HERE).filter((slot) => slot < lastAway)).toStrictEqual([]);
  expect(nights.mailsOf("delete-limit-exceeded")).toStrictEqual([]);
});

test("a swap back copies each recovery point once under a new key of the DR region", () => {
  const newKey = `${DR.keyArn}-new`;
  const { nights, originals } = thereAndBack({ back: { ...BACK, dr: [{ ...DR, keyArn: newKey }] } });
  const copies = nights
    .snapshotsIn(THERE)
    .filter(({ identity, kmsKeyId }) => kmsKeyId === newKey && originals.includes(identity.slot));
  expect(copies).toHaveLength(KEEP * 2);
  expect(new Set(copies.map(({ volumeId, identity }) => `${volumeId} ${identity.slot}`)).size).toBe(KEEP * 2);
});

test("a swap back deletes none of the copies because of others under a former key of their region", () => {
  const { nights, all } = thereAndBack({});
  move(nights, { primaryRegion: THERE, dr: [{ region: HERE, keyArn: `${KEY_HERE}-new` }] });
  // The new copies are there, and the next sweep would delete the others.
  nights.sweep();
  const under = (keyArn: string) =>
    nights.snapshotsIn(HERE).filter((one) => one.kmsKeyId === keyArn && all.includes(one.identity.slot)).length;
  const [former, fresh] = [under(KEY_HERE), under(`${KEY_HERE}-new`)];
  expect([former, fresh]).toStrictEqual([DR_KEEP * 2, DR_KEEP * 2]);
  move(nights, BACK);
  nights.pass(1);
  expect([under(KEY_HERE), under(`${KEY_HERE}-new`)]).toStrictEqual([former, fresh]);
});
