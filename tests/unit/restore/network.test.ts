/** Tests how interfaces are mapped into a region. */
import { type NetworkWishes, chooseNetworks } from "../../../src/restore/choose/network";
import type { RegionFacts } from "../../../src/restore/choose/region";
import { isRefusal } from "../../../src/restore/refusal";
import type { InterfaceSpec } from "../../../src/vault/model/launchSpec";
import { FACTS, subnet } from "../../support/restore/shapes";

const A = subnet("subnet-a", "us-west-2a", "10.0.1.0/24", "private-a");
const B = subnet("subnet-b", "us-west-2b", "10.0.2.0/24", "private-b");
const B_TOO = subnet("subnet-bb", "us-west-2b", "10.0.3.0/24", "private-a");
const ELSEWHERE = subnet("subnet-x", "us-west-2a", "10.0.1.0/24", "other", "vpc-2");
const DB = { groupId: "sg-db", name: "db", vpcId: "vpc-1" };
const WEB = { groupId: "sg-web", name: "web", vpcId: "vpc-1" };
const DB_ELSEWHERE = { groupId: "sg-db2", name: "db", vpcId: "vpc-2" };

function region(subnets: RegionFacts["subnets"], more: Partial<RegionFacts> = {}): RegionFacts {
  return { ...FACTS, subnets, groups: [DB, WEB, DB_ELSEWHERE], ...more };
}

function choose(wanted: readonly InterfaceSpec[], facts: RegionFacts, wishes: Partial<NetworkWishes> = {}) {
  return chooseNetworks(wanted, facts, { isIsolated: false, ...wishes });
}

function refusedBy(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isRefusal(error)) return `${error.name}: ${error.message}. ${error.hint}`;
    throw error;
  }
  throw new Error("nothing was refused");
}

const ANY: InterfaceSpec = { deviceIndex: 0 };

test.each([
  ["its id", { ...ANY, subnetId: "subnet-b", subnetName: "private-a", subnetCidr: "10.0.1.0/24" }, ["subnet-b"]],
  ["its Name and CIDR", { ...ANY, subnetName: "private-a", subnetCidr: "10.0.3.0/24" }, ["subnet-bb", "subnet-a"]],
  ["its Name alone", { ...ANY, subnetName: "private-a", subnetCidr: "192.168.0.0/24" }, ["subnet-a", "subnet-bb"]],
  ["its CIDR where no Name matches", { ...ANY, subnetName: "gone", subnetCidr: "10.0.2.0/24" }, ["subnet-b"]],
  ["its CIDR where it had no Name", { ...ANY, subnetName: "", subnetCidr: "10.0.2.0/24" }, ["subnet-b"]],
])("finds a subnet by %s", (_name, wanted, ids) => {
  const found = choose([wanted], region([A, B, B_TOO]));
  expect(found.map(({ interfaces }) => interfaces[0]?.subnetId)).toStrictEqual(ids);
});

test.each([
  [
    "nothing matches",
    [{ ...ANY, subnetName: "gone", subnetCidr: "172.16.0.0/16" }],
    region([A, B]),
    {},
    ["NoSubnet", "gone", "172.16.0.0/16", "subnet-a (private-a, 10.0.1.0/24, us-west-2a)", "subnet-b"],
  ],
  ["nothing was captured", [], region([A]), {}, ["NoSubnet", "not captured", "subnet-a"]],
  ["there is no subnet at all", [ANY], region([]), {}, ["NoSubnet", "There are: none"]],
  [
    "several VPCs match",
    [{ ...ANY, subnetCidr: "10.0.1.0/24" }],
    region([A, ELSEWHERE]),
    {},
    ["AmbiguousSubnet", "--subnet", "subnet-a", "subnet-x"],
  ],
  [
    "none is in the zone",
    [{ ...ANY, subnetName: "private-b" }],
    region([A, B]),
    { availabilityZone: "us-west-2a" },
    ["NoSubnet", "us-west-2a", "subnet-b"],
  ],
  [
    "the chosen subnet is not there",
    [ANY],
    region([A]),
    { subnetId: "subnet-q" },
    ["NoSubnet", "subnet-q", "subnet-a"],
  ],
  [
    "the chosen subnet is in another zone",
    [ANY],
    region([A]),
    { subnetId: "subnet-a", availabilityZone: "us-west-2b" },
    ["WrongZone", "us-west-2a"],
  ],
  [
    "no group has the name",
    [{ ...ANY, subnetName: "private-a", groupNames: ["cache"] }],
    region([A]),
    {},
    ["NoGroup", "cache", "sg-db (db)", "sg-web (web)", "--groups", "--isolate"],
  ],
  [
    "a chosen group is of another VPC",
    [ANY],
    region([A]),
    { subnetId: "subnet-a", groupIds: ["sg-db2"] },
    ["NoGroup", "sg-db2 is in vpc-2, not in vpc-1"],
  ],
  [
    "a chosen group is not there",
    [ANY],
    region([A]),
    { subnetId: "subnet-a", groupIds: ["sg-q"] },
    ["NoGroup", "sg-q is no security group"],
  ],
  [
    "the second interface has no subnet in the zone",
    [
      { ...ANY, subnetName: "private-a" },
      { deviceIndex: 1, subnetName: "private-b", subnetCidr: "10.0.2.0/24" },
    ],
    region([A, B]),
    {},
    ["NoSubnet", "interface 1", "private-b", "There are: subnet-a"],
  ],
] as const)("refuses to guess where %s", (_name, wanted, facts, wishes, words) => {
  const text = refusedBy(() => choose(wanted, facts, wishes));
  for (const word of words) expect(text).toContain(word);
});

test("lists a few of many subnets, and says how many more there are", () => {
  const many = Array.from({ length: 11 }, (_, index) =>
    subnet(`subnet-${index}`, "us-west-2a", `10.1.${index}.0/24`, ""),
  );
  const text = refusedBy(() => choose([{ ...ANY, subnetName: "gone" }], region(many)));
  expect(text).toContain("and 3 more");
  expect(text).not.toContain("subnet-9");
});

test("prefers zones that offer the type, and takes another only where none does", () => {
  const wanted = [{ ...ANY, subnetName: "private-a" }];
  const zones = (offeredIn: string[]) =>
    choose(wanted, region([A, B_TOO], { offeredIn })).map(({ availabilityZone }) => availabilityZone);
  expect(zones(["us-west-2b"])).toStrictEqual(["us-west-2b"]);
  expect(zones(["us-west-2b", "us-west-2a"])).toStrictEqual(["us-west-2a", "us-west-2b"]);
  expect(zones(["us-west-2c"])).toStrictEqual(["us-west-2a", "us-west-2b"]);
});

test("leaves out a zone that has no subnet for the second interface", () => {
  const wanted = [
    { ...ANY, subnetName: "private-a" },
    { deviceIndex: 1, subnetCidr: "10.0.1.0/24" },
  ];
  const found = choose(wanted, region([A, B_TOO]));
  expect(found.map(({ availabilityZone }) => availabilityZone)).toStrictEqual(["us-west-2a"]);
});

test("puts every interface into the subnet that was chosen where its own is not in that zone", () => {
  const wanted = [ANY, { deviceIndex: 1, subnetName: "private-a" }];
  const [{ interfaces }] = choose(wanted, region([A, B]), { subnetId: "subnet-b" });
  expect(interfaces.map(({ subnetId }) => subnetId)).toStrictEqual(["subnet-b", "subnet-b"]);
});

test.each([
  ["by id", { groupIds: ["sg-web"], groupNames: ["db"] }, {}, ["sg-web"]],
  ["by name where one of the ids is gone", { groupIds: ["sg-web", "sg-q"], groupNames: ["db"] }, {}, ["sg-db"]],
  ["by name in the VPC of the subnet", { groupNames: ["web", "db"] }, {}, ["sg-web", "sg-db"]],
  ["that a person chose", { groupNames: ["gone"] }, { groupIds: ["sg-web"] }, ["sg-web"]],
  ["not at all where it is isolated", { groupNames: ["gone"] }, { isIsolated: true }, undefined],
])("finds groups %s", (_name, wanted, wishes, ids) => {
  const [{ interfaces }] = choose([{ ...ANY, subnetName: "private-a", ...wanted }], region([A]), wishes);
  expect(interfaces[0]?.groupIds).toStrictEqual(ids);
});

test.each([
  ["the range is the same", {}, [], "10.0.1.10", ["10.0.1.11"]],
  ["something uses the primary one", {}, ["10.0.1.10"], undefined, ["10.0.1.11"]],
  ["something uses the secondary one", {}, ["10.0.1.11"], "10.0.1.10", undefined],
  ["the range is another", { subnetCidr: "192.168.0.0/24" }, [], undefined, undefined],
  [
    "the subnet is the very one",
    { subnetId: "subnet-a", subnetCidr: "192.168.0.0/24" },
    [],
    "10.0.1.10",
    ["10.0.1.11"],
  ],
])("keeps addresses only if they are free there: %s", (_name, more, takenAddresses, privateIp, secondaryIps) => {
  const wanted = {
    ...ANY,
    subnetName: "private-a",
    subnetCidr: "10.0.1.0/24",
    privateIp: "10.0.1.10",
    secondaryIps: ["10.0.1.11"],
  };
  const [{ interfaces }] = choose([{ ...wanted, ...more }], region([A], { takenAddresses }));
  expect(interfaces[0]?.privateIp).toBe(privateIp);
  expect(interfaces[0]?.secondaryIps).toStrictEqual(secondaryIps);
});

test("gives an isolated instance no public address, and keeps what else an interface had", () => {
  const wanted = {
    ...ANY,
    subnetName: "private-a",
    hasPublicIp: true,
    networkCardIndex: 1,
    sourceDestCheck: false,
    deleteOnTermination: false,
  };
  const at = (isIsolated: boolean) => choose([wanted], region([A]), { isIsolated })[0].interfaces[0];
  expect(at(false)).toMatchObject({
    hasPublicIp: true,
    networkCardIndex: 1,
    sourceDestCheck: false,
    deleteOnTermination: false,
  });
  expect(at(true)).not.toHaveProperty("hasPublicIp");
});
