/** Tests the tags that a restore writes, and that they plan the same restore again. */
import fc from "fast-check";
import { type Choices, choiceWords, readChoices } from "../../../src/restore/choices";
import {
  RESTORE_TAG,
  choicesIn,
  isRestoreId,
  newRestoreId,
  oldRole,
  readOldRole,
  restoredFrom,
  tagsFor,
  tagsLeftOut,
} from "../../../src/restore/restoreTags";
import { ORIGINAL, RESTORE_ID, SOURCE } from "../../support/restore/shapes";

const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme-ascii" });
const choices: fc.Arbitrary<Choices> = fc.record(
  {
    mode: fc.constantFrom("launch" as const, "volumes" as const, "replace" as const),
    devices: fc.array(text, { maxLength: 12 }),
    instanceType: text,
    availabilityZone: text,
    interfaces: fc.array(
      fc.record(
        {
          deviceIndex: fc.nat({ max: 14 }),
          subnetId: text,
          groupIds: fc.array(text, { maxLength: 5 }),
          privateIp: fc.ipV4(),
          secondaryIps: fc.array(fc.ipV4(), { maxLength: 4 }),
        },
        { requiredKeys: ["deviceIndex", "groupIds", "secondaryIps"], noNullPrototype: true },
      ),
      { maxLength: 4 },
    ),
    keyName: text,
    instanceProfile: text,
    isolatedIn: text,
    baseImageId: text,
    kmsKeyId: text,
    initializationRate: fc.integer({ min: 100, max: 300 }),
    attachTo: text,
    wasRunning: fc.boolean(),
    isRootTask: fc.boolean(),
    shared: fc.array(
      fc.record({ volumeId: text.filter((one) => /^\S+$/.test(one)), device: text }, { noNullPrototype: true }),
      { minLength: 1, maxLength: 3 },
    ),
    leavesOut: fc.subarray(["userData" as const, "uefiData" as const], { minLength: 1 }),
  },
  { requiredKeys: ["mode", "devices", "interfaces"], noNullPrototype: true },
);

const NAME = { restoreId: RESTORE_ID, instanceId: ORIGINAL, slot: SOURCE.slot };

test("reads from the tags the choices that were written, and the recovery point", () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      const tags = tagsFor({ ...NAME, choices: choiceWords(chosen) }, "image");
      expect(readChoices(choicesIn(tags) ?? [])).toStrictEqual(chosen);
      expect(restoredFrom(tags)).toStrictEqual({ instanceId: ORIGINAL, slot: SOURCE.slot });
      expect(tags[RESTORE_TAG.id]).toBe(RESTORE_ID);
    }),
  );
});

test("stays within EC2's limits, whatever a person's tags are", () => {
  const key = fc.oneof(text, fc.constantFrom("aws:x", "smart-vault:slot", "smart-vault:restore", "x".repeat(129)));
  const own = fc.dictionary(key, fc.string({ maxLength: 300 }), { maxKeys: 60 });
  fc.assert(
    fc.property(choices, own, (chosen, theirs) => {
      const tags = tagsFor({ ...NAME, choices: choiceWords(chosen) }, "/dev/sdf", theirs);
      const all = Object.entries(tags);
      expect(all.length).toBeLessThanOrEqual(50);
      expect(all.filter(([name, value]) => name.length > 128 || value.length > 256)).toStrictEqual([]);
      expect(all.filter(([name]) => name.startsWith("aws:"))).toStrictEqual([]);
      expect([tags[RESTORE_TAG.id], tags[RESTORE_TAG.role]]).toStrictEqual([RESTORE_ID, "/dev/sdf"]);
      const kept = Object.keys(theirs).filter((name) => Object.hasOwn(tags, name) && !name.startsWith("smart-vault:"));
      const lost = tagsLeftOut(tags, theirs);
      const mine = Object.keys(theirs).filter((name) => !name.startsWith("smart-vault:") && !name.startsWith("aws:"));
      expect([...kept, ...lost].sort()).toStrictEqual(mine.sort());
    }),
  );
});

test("fills the room that the restore's own tags leave, to the last one", () => {
  const own = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`t${String(index).padStart(2, "0")}`, "v"]));
  const tags = tagsFor({ ...NAME, choices: [["mode", "volumes"]] }, "image", own);
  expect(Object.keys(tags)).toHaveLength(50);
  expect(tagsLeftOut(tags, own)).toHaveLength(14);
});

test.each([
  ["/dev/sdf", true],
  ["xvda", false],
  ["/dev/sd:f", true],
])("reads the role of an old volume at %s, ended with its instance: %s", (device, deleteOnTermination) => {
  expect(readOldRole(oldRole(device, deleteOnTermination))).toStrictEqual({ device, deleteOnTermination });
});

test.each([undefined, "", "/dev/sdf", "image", "old:/dev/sdf", "old:lost:/dev/sdf", "old:kept:"])(
  "takes %s for no role of an old volume",
  (role) => {
    expect(readOldRole(role)).toBeUndefined();
  },
);

test.each([
  [{}],
  [{ [RESTORE_TAG.choices]: "" }],
  [{ [RESTORE_TAG.choices]: "type=t3.micro" }],
  [{ [RESTORE_TAG.choices]: "mode=steal" }],
])("reads no choices from %j", (tags) => {
  expect(readChoices(choicesIn(tags) ?? [])).toBeUndefined();
});

test.each([[{}], [{ [RESTORE_TAG.of]: "i-1" }], [{ [RESTORE_TAG.of]: "vol-1 2026" }]])(
  "reads no point from %j",
  (tags) => {
    expect(restoredFrom(tags)).toBeUndefined();
  },
);

test("makes ids that it takes for ids, with the time in them", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const id = newRestoreId(Date.UTC(2026, 10, 29, 12, 15, 3, 999), () => random);
      expect(id.startsWith("r-20261129T121503-")).toBe(true);
      expect(isRestoreId(id)).toBe(true);
    }),
  );
});

test.each([
  "",
  "r-20261129T121503",
  "r-20261129T121503-4F1C",
  " r-20261129T121503-4f1c",
  "i-0123",
  "r-20261129T121503-4f1c ",
])("takes %j for no id", (id) => {
  expect(isRestoreId(id)).toBe(false);
});
