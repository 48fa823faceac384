/** Tests which blobs are read, and which capture the tags say has them. */
import { blobsToRead, withBlobs } from "../../../src/vault/inventory/blobs";
import type { Captured } from "../../../src/vault/inventory/captures";
import { DAY_MS, HOUR_MS, SECOND_MS, isoSeconds } from "../../../src/vault/lib/time";
import type { BlobSlots } from "../../../src/vault/model/launchSpec";
import type { CoreSettings } from "../../../src/vault/model/settings";
import { NOW, SETTINGS, SLOT, instance } from "../../support/world";

const BOTH: CoreSettings = { ...SETTINGS, userData: true, uefiData: true };
const USER_DATA: CoreSettings = { ...BOTH, uefiData: false };
const before = (ms: number) => isoSeconds(NOW - ms);
const YESTERDAY = before(DAY_MS);

function machine(instanceId: string, blobSlots?: BlobSlots, more: Partial<Captured> = {}): Captured {
  const slots = blobSlots === undefined ? {} : { blobSlots };
  return { ...instance(instanceId, []), captured: { launch: {}, interfaces: [], ...slots }, ...more };
}
const uefi = (instanceId: string, currentBootMode: string) =>
  machine(instanceId, undefined, { captured: { launch: { currentBootMode }, interfaces: [] } });
const read = (all: Captured[], settings = BOTH) =>
  blobsToRead(all, settings, SLOT).map(({ instanceId, name }) => `${instanceId} ${name}`);

describe("the blobs to read", () => {
  it("are none unless they are configured, and UEFI variables only of an instance that booted by UEFI", () => {
    const all = [uefi("i-1", "uefi"), uefi("i-2", "legacy-bios")];
    expect(read(all, SETTINGS)).toStrictEqual([]);
    expect(read(all, USER_DATA)).toStrictEqual(["i-1 userData", "i-2 userData"]);
    expect(read(all)).toStrictEqual(["i-1 userData", "i-1 uefiData", "i-2 userData"]);
    expect(read(all, { ...BOTH, userData: false })).toStrictEqual(["i-1 uefiData"]);
  });

  it.each<[string, string, number | undefined]>([
    ["nothing changed since yesterday", YESTERDAY, NOW - 2 * DAY_MS],
    ["they are seven days old", before(7 * DAY_MS), undefined],
    ["the instance started at the very time", YESTERDAY, NOW - DAY_MS],
  ])("are none if %s", (_what, slot, launchTimeMs) => {
    const started = launchTimeMs === undefined ? {} : { launchTimeMs };
    expect(read([machine("i-1", { userData: slot }, started)])).toStrictEqual([]);
  });

  it.each<[string, string, number | undefined]>([
    ["the instance was started since", YESTERDAY, NOW - DAY_MS + SECOND_MS],
    ["they are more than seven days old", before(7 * DAY_MS + SECOND_MS), undefined],
    ["the capture of this very slot is written again", SLOT, undefined],
    ["somebody wrote a future slot into the tag", isoSeconds(NOW + HOUR_MS), undefined],
    ["somebody wrote something else into the tag", "later", undefined],
  ])("are read again if %s", (_what, slot, launchTimeMs) => {
    const started = launchTimeMs === undefined ? {} : { launchTimeMs };
    expect(read([machine("i-1", { userData: slot }, started)])).toStrictEqual(["i-1 userData"]);
  });

  it("begin with the one that was read longest ago, so that a bound leaves none out for ever", () => {
    const slots = [before(9 * DAY_MS), undefined, before(11 * DAY_MS), before(8 * DAY_MS)];
    const all = slots.map((slot, index) => machine(`i-${index}`, slot === undefined ? undefined : { userData: slot }));
    expect(read(all)).toStrictEqual(["i-1 userData", "i-2 userData", "i-0 userData", "i-3 userData"]);
  });
});

describe("an instance with its blobs", () => {
  const after = (one: Captured, blobs = {}, settings = BOTH) => withBlobs(one, blobs, settings, SLOT);

  it("names this slot for what was read, also where there is none of it", () => {
    const { blobs, captured } = after(machine("i-1"), { userData: "" });
    expect([blobs, captured.blobSlots]).toStrictEqual([{ userData: "" }, { userData: SLOT }]);
  });

  it("names the earlier capture for what was not read, be it not due or not answered", () => {
    const { blobs, captured } = after(machine("i-1", { userData: YESTERDAY }));
    expect([blobs, captured.blobSlots]).toStrictEqual([undefined, { userData: YESTERDAY }]);
  });

  it.each([
    ["this slot's capture, which is written again without it", { userData: SLOT }, BOTH],
    ["what is not configured any more", { userData: YESTERDAY }, { ...BOTH, userData: false }],
    ["UEFI variables of an instance that no longer boots by UEFI", { uefiData: YESTERDAY }, BOTH],
  ])("names no capture for %s", (_what, slots, settings) => {
    expect(after(machine("i-1", slots), {}, settings)).toStrictEqual(machine("i-1"));
  });
});
