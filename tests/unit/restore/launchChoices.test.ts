/** Tests what a launch chooses, and that it chooses the same again when it goes on. */
import { readChoices } from "../../../src/restore/choices";
import { type LaunchWishes, chooseLaunch } from "../../../src/restore/choose/launch";
import type { RegionFacts } from "../../../src/restore/choose/region";
import { launchAgain } from "../../../src/restore/choose/resume";
import { isRefusal } from "../../../src/restore/refusal";
import type { RestoreSource } from "../../../src/restore/source";
import type { LaunchSpec } from "../../../src/vault/model/launchSpec";
import { FACTS, RESTORE_ID, ROOT, SECOND_INTERFACE, SOURCE, WISHES, sourceWith } from "../../support/restore/shapes";

function choose(source: RestoreSource, facts: Partial<RegionFacts> = {}, wishes: Partial<LaunchWishes> = {}) {
  return chooseLaunch(source, { ...FACTS, ...facts }, { ...WISHES, ...wishes }, RESTORE_ID)[0];
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

const { type: TYPE, ...NO_TYPE } = FACTS;
const { instanceType: _type, ...UNTYPED } = SOURCE;

test.each([
  ["the type was not captured", () => choose(UNTYPED), ["NoType", "--instance-type"]],
  [
    "EC2 does not know it",
    () => chooseLaunch(SOURCE, NO_TYPE, WISHES, RESTORE_ID),
    ["NoType", "m7g.large", "us-west-2"],
  ],
  [
    "its architecture is another",
    () => choose(sourceWith([ROOT], { architecture: "x86_64" })),
    ["WrongArchitecture", "arm64", "x86_64"],
  ],
  ["no zone offers it", () => choose(SOURCE, { offeredIn: [] }), ["NotOffered", "m7g.large"]],
  [
    "the key pair that is asked for is not there",
    () => choose(SOURCE, {}, { keyName: "mine" }),
    ["NoKeyPair", "mine", "ops"],
  ],
  [
    "there is no key pair at all",
    () => choose(SOURCE, { keyPairs: [] }, { keyName: "mine" }),
    ["NoKeyPair", "There is none"],
  ],
] as const)("refuses where %s", (_name, run, words) => {
  const text = refusedBy(run);
  for (const word of words) expect(text).toContain(word);
});

test("launches another type, without the CPU options of the old one", () => {
  const source = sourceWith([ROOT], { cpuCores: 1, threadsPerCore: 1 });
  expect(choose(source).as.launch).toMatchObject({ cpuCores: 1, threadsPerCore: 1 });
  const other = choose(source, {}, { instanceType: "m7g.xlarge" });
  expect(other.instanceType).toBe("m7g.xlarge");
  expect(other.as.launch).not.toHaveProperty("cpuCores");
});

const burstable = { type: { ...TYPE!, isBurstable: true } };
const unknownCores = { type: { architectures: ["arm64"], isBurstable: false } };

test.each<[string, LaunchSpec, Partial<RegionFacts>, Partial<LaunchWishes>, Partial<LaunchSpec>]>([
  ["keeps a key pair that is there", { keyName: "ops" }, {}, {}, { keyName: "ops" }],
  ["drops one that is not", { keyName: "gone" }, {}, {}, {}],
  ["takes another key pair", { keyName: "gone" }, {}, { keyName: "ops" }, { keyName: "ops" }],
  ["takes none if that is asked for", { keyName: "ops" }, {}, { keyName: "none" }, {}],
  ["keeps the profile", { instanceProfile: "p" }, {}, {}, { instanceProfile: "p" }],
  ["takes another profile", { instanceProfile: "p" }, {}, { instanceProfile: "q" }, { instanceProfile: "q" }],
  ["takes no profile if that is asked for", { instanceProfile: "p" }, {}, { instanceProfile: "none" }, {}],
  ["leaves out the default CPU options", { cpuCores: 2, threadsPerCore: 1 }, {}, {}, {}],
  ["keeps others", { cpuCores: 2, threadsPerCore: 2 }, {}, {}, { cpuCores: 2, threadsPerCore: 2 }],
  ["has one thread where none was captured", { cpuCores: 1 }, {}, {}, { cpuCores: 1, threadsPerCore: 1 }],
  ["leaves them out where EC2 names no default", { cpuCores: 1 }, unknownCores, {}, {}],
  ["keeps credits on a burstable type", { cpuCredits: "unlimited" }, burstable, {}, { cpuCredits: "unlimited" }],
  ["leaves them out on any other", { cpuCredits: "unlimited" }, {}, {}, {}],
  ["keeps a dedicated tenancy", { tenancy: "dedicated" }, {}, {}, { tenancy: "dedicated" }],
  ["leaves a host for the default tenancy", { tenancy: "host", hostId: "h-1" }, {}, {}, { tenancy: "default" }],
  [
    "leaves what is of one region alone",
    { placementGroup: "g", partitionNumber: 2, spot: true, hibernation: true },
    {},
    {},
    {},
  ],
  [
    "keeps all else",
    { bootMode: "uefi", tpmSupport: "v2.0", ebsOptimized: true },
    {},
    {},
    { bootMode: "uefi", tpmSupport: "v2.0", ebsOptimized: true },
  ],
])("%s", (_name, captured, facts, wishes, expected) => {
  const source = { ...SOURCE, captured: { launch: captured, interfaces: SOURCE.captured!.interfaces } };
  expect(choose(source, facts, wishes).as.launch).toStrictEqual(expected);
});

test.each([
  ["RunInstances", undefined],
  [undefined, undefined],
  ["RunInstances:0002", "RunInstances:0002"],
])("compares the billing code %s: %s", (usageOperation, expected) => {
  const spec = usageOperation === undefined ? {} : { usageOperation };
  expect(choose(sourceWith([ROOT], spec)).usageOperation).toBe(expected);
});

test("is backed up as before, and not at all if it is isolated", () => {
  expect(choose(SOURCE).instanceTags).toStrictEqual({ Name: "db", Backup: "daily" });
  expect(choose(SOURCE, {}, { isIsolated: true }).instanceTags).toStrictEqual({ Name: "db" });
});

const full: [string, RestoreSource, Partial<LaunchWishes>][] = [
  ["as it was captured", SOURCE, {}],
  ["isolated", SOURCE, { isIsolated: true }],
  ["with chosen groups", SOURCE, { groupIds: ["sg-web"] }],
  ["with two interfaces", sourceWith([ROOT], {}, [...SOURCE.captured!.interfaces, SECOND_INTERFACE]), {}],
  ["in another subnet", SOURCE, { subnetId: "subnet-b" }],
  ["without key pair and profile", SOURCE, { keyName: "none", instanceProfile: "none" }],
  [
    "with all that can be asked for",
    SOURCE,
    {
      instanceType: "m7g.xlarge",
      instanceProfile: "p",
      baseImageId: "ami-1",
      kmsKeyId: "key-b",
      initializationRate: 200,
      leavesOut: ["userData" as const],
      shared: [{ volumeId: "vol-1", device: "/dev/sdm" }],
    },
  ],
];
const web = { groups: [...FACTS.groups, { groupId: "sg-web", name: "web", vpcId: "vpc-1" }] };

test.each(full)("plans the same launch again from its choices: %s", (_name, source, wishes) => {
  const order = choose(source, web, wishes);
  const choices = readChoices(order.choices)!;
  // The instance has its address by now.
  const facts = { ...FACTS, ...web, takenAddresses: ["10.0.1.10"] };
  const again = launchAgain(source, facts, choices, { restoreId: RESTORE_ID, backupTagKey: "Backup" });
  expect(again).toStrictEqual(order);
});

test("misses a chosen group that was deleted since, instead of launching without one", () => {
  const order = choose(SOURCE, web, { groupIds: ["sg-web"] });
  const names = { restoreId: RESTORE_ID, backupTagKey: "Backup" };
  const text = refusedBy(() => launchAgain(SOURCE, FACTS, readChoices(order.choices)!, names));
  expect(text).toContain("NoGroup");
  expect(text).toContain("sg-web");
});

test("plans it again where nothing was captured", () => {
  const { captured: _captured, ...source } = SOURCE;
  const order = choose(source, web, { subnetId: "subnet-a", groupIds: ["sg-web"] });
  const again = launchAgain(source, { ...FACTS, ...web }, readChoices(order.choices)!, {
    restoreId: RESTORE_ID,
    backupTagKey: "Backup",
  });
  expect(order.as.interfaces[0]?.groupIds).toStrictEqual(["sg-web"]);
  expect(again).toStrictEqual(order);
});
