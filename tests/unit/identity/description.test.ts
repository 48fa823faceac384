/** Tests what a snapshot's Description says, and that only the vault's own text is read as one. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  MAX_DESCRIPTION,
  describe as describeIt,
  descriptionPattern,
  parseDescription,
  tagsDigest,
} from "../../../src/vault/identity/description";
import { COPY_EXPIRED_PREFIX, TAG, TAG_PREFIX, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { isoSeconds } from "../../../src/vault/lib/time";
import type { Identity } from "../../../src/vault/model/identity";
import type { Tags } from "../../../src/vault/model/world";
import { DR, DR2, NOW, SLOT } from "../../support/world";

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...Array.from("0123456789abcdef")), {
      minLength: length,
      maxLength: length,
    })
    .map((digits) => digits.join(""));
const id = (prefix: string) =>
  fc
    .constantFrom(8, 17)
    .chain(hex)
    .map((digits) => prefix + digits);
const instantMs = fc.integer({ min: Date.parse("2000-01-01T00:00:00Z"), max: Date.parse("2099-12-31T00:00:00Z") });
const vaultId = fc.stringMatching(/^[a-z][a-z0-9-]{0,47}$/);

const identity: fc.Arbitrary<Identity> = fc
  .record({
    vaultId,
    instanceId: id("i-"),
    slot: instantMs.map(isoSeconds),
    source: fc.option(fc.record({ snapshotId: id("snap-"), volumeId: id("vol-"), startedMs: instantMs }), {
      nil: undefined,
    }),
  })
  .map(({ source, ...rest }) => ({ ...rest, ...(source && { source: { ...source } }) }));

const key = fc.oneof(
  fc.constantFrom(...Object.values(TAG)),
  fc.string().map((text) => TAG_PREFIX + text),
  fc.string(),
  fc.constantFrom("constructor", "toString", "__proto__", "hasOwnProperty"),
);
/** Draws tags whose keys include those that every object has. */
const tags: fc.Arbitrary<Tags> = fc
  .array(fc.tuple(key, fc.string()), { maxLength: 20 })
  .map((pairs) => Object.fromEntries(pairs));

const isOwn = (one: string) => one.startsWith(TAG_PREFIX) && !one.startsWith(COPY_EXPIRED_PREFIX);

const FULL: Identity = { vaultId: "v", instanceId: "i-1", slot: SLOT };
const SOURCE = { volumeId: "vol-1", snapshotId: "snap-1", startedMs: NOW + 1 };
const DIGEST = "0123456789abcdef";

describe("a Description", () => {
  test("has this text, for an original and for a copy", () => {
    const digest = tagsDigest({ [TAG.vault]: "v" });
    expect(describeIt(FULL, { [TAG.vault]: "v", Name: "web" })).toBe(
      `smart-vault/1 vault=v instance=i-1 slot=${SLOT} tags=${digest}`,
    );
    expect(describeIt({ ...FULL, source: SOURCE }, undefined)).toBe(
      `smart-vault/1 vault=v instance=i-1 slot=${SLOT} volume=vol-1 snapshot=snap-1 started=2026-11-22T03:00:00.001Z tags=0000000000000000`,
    );
  });

  test("reads back as what it was written from, whatever the ids, slots and tags", () => {
    fc.assert(
      fc.property(identity, fc.option(tags, { nil: undefined }), (made, with_) => {
        const read = parseDescription(describeIt(made, with_));
        expect(read?.identity).toStrictEqual(made);
        expect(read?.digest).toBe(with_ === undefined ? "0000000000000000" : tagsDigest(with_));
      }),
    );
  });

  test("fits into EC2's 255 characters with the longest of everything", () => {
    const seventeen = "0123456789abcdef0";
    const longest: Identity = {
      vaultId: "v".repeat(48),
      instanceId: `i-${seventeen}`,
      slot: SLOT,
      source: {
        volumeId: `vol-${seventeen}`,
        snapshotId: `snap-${seventeen}`,
        startedMs: NOW,
      },
    };
    const text = describeIt(longest, {});
    expect(MAX_DESCRIPTION).toBe(255);
    expect(text.length).toBeLessThanOrEqual(MAX_DESCRIPTION);
    expect(parseDescription(text)?.identity).toStrictEqual(longest);
  });

  test("matches the vault's pattern, and not that of a vault whose id starts the same", () => {
    const found = (vault: string, text: string) => text.startsWith(descriptionPattern(vault).slice(0, -1));
    expect(descriptionPattern("shop")).toBe("smart-vault/1 vault=shop *");
    expect(descriptionPattern("shop", SLOT)).toBe(`smart-vault/1 vault=shop instance=* slot=${SLOT} *`);
    const text = describeIt({ ...FULL, vaultId: "shop" }, {});
    expect([found("shop", text), found("sho", text), found("shop-2", text)]).toStrictEqual([true, false, false]);
  });
});

const original = `smart-vault/1 vault=v instance=i-1 slot=${SLOT} tags=${DIGEST}`;
const copy = `smart-vault/1 vault=v instance=i-1 slot=${SLOT} volume=vol-1 snapshot=snap-1 started=2026-11-22T03:00:00.001Z tags=${DIGEST}`;

test("differs, in each case below, from one that is read", () => {
  expect(parseDescription(original)).toStrictEqual({ identity: FULL, digest: DIGEST });
  expect(parseDescription(copy)).toStrictEqual({
    identity: { ...FULL, source: SOURCE },
    digest: DIGEST,
  });
});

test.each<[string, string | undefined]>([
  ["no Description", undefined],
  ["an empty Description", ""],
  ["a person's Description", "before the upgrade"],
  ["that of an AMI", "Created by CreateImage(i-1) for ami-1"],
  ["only the vault's word", "smart-vault/1"],
  ["a later version", original.replace("smart-vault/1", "smart-vault/2")],
  ["a version that starts the same", original.replace("smart-vault/1", "smart-vault/10")],
  ["text before it", ` ${original}`],
  ["text after it", `${original} `],
  ["a line after it", `${original}\n`],
  ["a line in it", original.replace(" slot", "\nslot")],
  ["two blanks", original.replace(" slot", "  slot")],
  ["fields in another order", `smart-vault/1 instance=i-1 vault=v slot=${SLOT} tags=${DIGEST}`],
  ["no digest", original.replace(/ tags=.*/, "")],
  ["a short digest", original.slice(0, -1)],
  ["a digest in capitals", original.replace("abcdef", "ABCDEF")],
  ["a vault id of other characters", original.replace("vault=v", "vault=v*")],
  ["no instance", original.replace("i-1", "")],
  ["an invalid slot", original.replace(SLOT, "tonight")],
  ["a slot with parts of seconds", original.replace(SLOT, "2026-11-22T03:00:00.000Z")],
  ["a slot in another time zone", original.replace(SLOT, "2026-11-22T04:00:00+01:00")],
  ["a slot of the 30th of February", original.replace(SLOT, "2026-02-30T03:00:00Z")],
  ["a slot of a year of five digits", original.replace(SLOT, "12026-11-22T03:00:00Z")],
  ["a copy's with a bad slot", copy.replace(SLOT, "tonight")],
  ["a copy's with a bad start", copy.replace("started=2026", "started=x026")],
  ["a copy's without its volume", copy.replace(" volume=vol-1", "")],
  ["a copy's without its start", copy.replace(/ started=\S+/, "")],
])("is not read as the vault's with %s", (_what, text) => {
  expect(parseDescription(text)).toBeUndefined();
});

test("never makes the reader throw, whatever the text", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `smart-vault/1 ${rest}`),
  );
  fc.assert(
    fc.property(text, (one) => {
      const read = parseDescription(one);
      if (read !== undefined) expect(one.startsWith("smart-vault/1 vault=")).toBe(true);
    }),
  );
});

test("is read as the vault's with just the slots that are written like one", () => {
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((part) => String(part).padStart(2, "0"));
  const written = fc
    .tuple(fc.constantFrom("0000", "2024", "2026", "2100", "+2026"), two(13), two(32), two(25), two(61), two(61))
    .map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  fc.assert(
    fc.property(written, (slot) => {
      const at = Date.parse(slot);
      const isOne = !Number.isNaN(at) && isoSeconds(at) === slot;
      expect(parseDescription(original.replace(SLOT, slot)) !== undefined).toBe(isOne);
    }),
    { numRuns: 2_000 },
  );
});

describe("the digest of tags", () => {
  test("is that of their lines in order, whatever is in a key or a value", () => {
    fc.assert(
      fc.property(tags, (of) => {
        const lines = Object.entries(of).filter(([one]) => isOwn(one));
        const text = lines.map((line) => JSON.stringify(line));
        const whole = createHash("sha256").update(text.sort().join("\n")).digest("hex");
        expect(tagsDigest(of)).toBe(whole.slice(0, 16));
      }),
      { numRuns: 1_000 },
    );
  });

  test("is the same in any order and with any tags of a person", () => {
    fc.assert(
      fc.property(tags, fc.dictionary(fc.string(), fc.string()), (of, more) => {
        const persons = Object.entries(more).filter(([one]) => !one.startsWith(TAG_PREFIX));
        const others = [...persons, ...Object.entries(of).reverse()];
        expect(tagsDigest(Object.fromEntries(others))).toBe(tagsDigest(of));
      }),
    );
  });

  test("does not cover copy-expired tags, which are written later", () => {
    fc.assert(
      fc.property(tags, fc.string(), (of, when) => {
        const marks = { [copyExpiredTag(DR.region)]: when, [copyExpiredTag(DR2.region)]: when };
        expect(tagsDigest({ ...of, ...marks })).toBe(tagsDigest(of));
      }),
    );
  });

  test("covers each of the vault's tags that was added, removed or changed", () => {
    fc.assert(
      fc.property(tags, key.filter(isOwn), fc.string(), (of, changed, value) => {
        const { [changed]: was, ...without } = of;
        const with_ = { ...without, [changed]: value };
        expect(tagsDigest(with_)).not.toBe(tagsDigest(without));
        expect(tagsDigest(with_) === tagsDigest(of)).toBe(was === value);
      }),
    );
  });

  test("covers an instance's own rule that is removed, even if other text makes the tags look alike", () => {
    const [rule, shifted] = [{ [TAG.keep]: "daily=30" }, { [`${TAG.keep}=daily`]: "30" }];
    expect(tagsDigest(shifted)).not.toBe(tagsDigest(rule));
  });

  test("distinguishes one tag's end from the next one's start", () => {
    const [a, b] = [`${TAG_PREFIX}a`, `${TAG_PREFIX}b`];
    expect(tagsDigest({ [a]: "=x" })).not.toBe(tagsDigest({ [`${a}=`]: "x" }));
    expect(tagsDigest({ [a]: `1\n${b}=2` })).not.toBe(tagsDigest({ [a]: "1", [b]: "2" }));
  });
});
