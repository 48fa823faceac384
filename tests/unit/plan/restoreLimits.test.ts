/** What a backup cannot bring back is reported by instance and fact. */
import type { LaunchSpec } from "../../../src/vault/model/launchSpec";
import { KINDS } from "../../../src/vault/model/problem";
import { restoreLimits } from "../../../src/vault/plan/snapshots/restoreLimits";
import { instance } from "../../support/world";

const factsOf = (instanceType: string, launch: LaunchSpec = {}) =>
  restoreLimits({ ...instance("i-1", []), instanceType, captured: { launch, interfaces: [] } });

test.each(["i3.large", "i4i.xlarge", "im4gn.large", "is4gen.large", "d3en.xlarge", "h1.2xlarge", "m5d.large"])(
  "the disks of %s",
  (type) => {
    expect(factsOf(type).map(({ subject }) => subject)).toStrictEqual(["i-1/instance-store"]);
  },
);

test.each(["r5dn.large", "c6gd.medium", "g4dn.xlarge", "p4de.24xlarge", "x2idn.16xlarge", "z1d.large"])(
  "the disks of %s, which its options name",
  (type) => {
    expect(factsOf(type)).toHaveLength(1);
  },
);

test.each([
  "m7g.large",
  "t4g.nano",
  "c5n.large",
  "inf2.xlarge",
  "u-6tb1.112xlarge",
  "mac2-m2pro.metal",
  "dl1.24xlarge",
  "",
])("nothing of %s", (type) => {
  expect(factsOf(type)).toStrictEqual([]);
});

test("each fact of an instance, with what it means", () => {
  const found = factsOf("m3.large", {
    instanceStoreDevices: ["/dev/sdb"],
    hibernation: true,
    productCodes: ["abc", "def"],
  });
  expect(found.map(({ subject, severity }) => [subject, severity])).toStrictEqual([
    ["i-1/instance-store", "notice"],
    ["i-1/hibernation", "notice"],
    ["i-1/product-codes", "notice"],
  ]);
  expect(found.map(({ message }) => message)).toStrictEqual([
    "a restore of i-1 lacks the data of its instance-store disks (/dev/sdb), because no snapshot has it",
    "a restore of i-1 boots it and does not resume what was in memory when it hibernated",
    "a restore of i-1 needs the subscription of its product codes (abc, def) in AWS Marketplace",
  ]);
});

test("nothing where hibernation is off and EC2 names no code", () => {
  expect(factsOf("m7g.large", { hibernation: false, productCodes: [], instanceStoreDevices: [] })).toStrictEqual([]);
});

test("is not reported again for a year", () => {
  expect(KINDS["restore-limit"].repeatHours).toBe(365 * 24);
});
