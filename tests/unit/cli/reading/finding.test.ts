/** Which instance and which vault are meant. */
import { findInstance } from "../../../../src/cli/reading/instances";
import { chooseVault, regionOfZone, vaultsIn } from "../../../../src/cli/reading/vaults";

const KNOWN = [
  { instanceId: "i-0aa1", name: "web-1" },
  { instanceId: "i-0aa2", name: "web-10" },
  { instanceId: "i-0bb3", name: "Batch" },
  { instanceId: "i-0cc4", name: "" },
];

test.each([
  ["i-0aa1", "i-0aa1"],
  ["web-1", "i-0aa1"],
  ["web-10", "i-0aa2"],
  ["i-0b", "i-0bb3"],
  ["batch", "i-0bb3"],
])("%s means %s", (text, id) => {
  expect(findInstance(text, KNOWN, "us-east-1").instanceId).toBe(id);
});

test("an ambiguous prefix lists what it can be, and is wrong usage", () => {
  expect(() => findInstance("web", KNOWN, "us-east-1")).toThrow(
    expect.objectContaining({
      name: "AmbiguousInstance",
      exitCode: 2,
      message: '"web" can be any of 2 instances: i-0aa1 (web-1), i-0aa2 (web-10)',
    }) as Error,
  );
});

test("an unknown instance is nothing found, with the nearest name", () => {
  expect(() => findInstance("wbe-1", KNOWN, "us-east-1")).toThrow(
    expect.objectContaining({ exitCode: 5, hint: "Did you mean web-1?" }) as Error,
  );
});

const trace = (vaultId: string, availabilityZone?: string) => ({
  identity: { vaultId, instanceId: "i-1", slot: "2026-11-22T03:00:00Z" },
  digest: "",
  ...(availabilityZone !== undefined && { availabilityZone }),
});

test("vaults are found with the regions of their instances", () => {
  const found = vaultsIn([trace("b", "us-east-1a"), trace("a"), trace("b", "us-east-1-bos-1a")]);
  expect(found).toStrictEqual([
    { vaultId: "a", snapshots: 1, regions: [] },
    { vaultId: "b", snapshots: 2, regions: ["us-east-1"] },
  ]);
  expect(chooseVault(found, "b", "us-west-2")).toBe(found[1]);
  expect(() => chooseVault(found, undefined, "us-west-2")).toThrow(
    expect.objectContaining({ exitCode: 2, message: "us-west-2 has 2 vaults: a, b", hint: "Add --vault a." }) as Error,
  );
  expect(() => chooseVault([], undefined, "us-west-2")).toThrow(expect.objectContaining({ exitCode: 5 }) as Error);
  expect(chooseVault([], "new", "us-west-2")).toStrictEqual({ vaultId: "new", snapshots: 0, regions: [] });
});

test.each([
  ["us-gov-west-1b", "us-gov-west-1"],
  ["eu-central-1a", "eu-central-1"],
  ["nowhere", undefined],
])("the zone %s is of %s", (zone, region) => {
  expect(regionOfZone(zone)).toBe(region);
});
