/** The demonstration's verdict turns red where it should. */
import { isProven } from "../../../src/local/disaster/disaster";
import { type Reported, compareFacts } from "../../../src/local/disaster/facts";
import { PUBLIC_IMAGES, fleetIn } from "../../../src/local/disaster/shapes";

const NONE: Reported = { differences: [], warnings: [] };

describe("a fact that is not as it was", () => {
  const lost = { fact: "keyName", original: "ops", restored: "", outcome: "lost" as const };
  it.each([
    ["same, whatever the report says", "ops", { ...NONE, differences: [lost] }, "same"],
    ["not reported, without a word of it", "", NONE, "LOST, NOT REPORTED"],
    ["not reported, if it is another and no word of it", "dev", NONE, "LOST, NOT REPORTED"],
    ["reported, if the report names it", "", { ...NONE, differences: [lost] }, "lost, reported"],
    [
      "mapped, if the report says so",
      "dev",
      { ...NONE, differences: [{ ...lost, outcome: "mapped" as const }] },
      "mapped",
    ],
    [
      "lost, if it is said to be mapped and is not there",
      "",
      { ...NONE, differences: [{ ...lost, outcome: "mapped" as const }] },
      "lost, reported",
    ],
    ["reported, if a warning names it", "", { ...NONE, warnings: ["keyName is in no backup"] }, "lost, reported"],
  ])("is %s", (_title, restored, reported, fate) => {
    const [compared] = compareFacts({ keyName: "ops" }, restored === "" ? {} : { keyName: restored }, reported);
    expect(compared?.fate).toBe(fate);
  });

  it("is reported with its volume where a warning names the device of a volume that is gone", () => {
    const warnings = ["/dev/sdm of node-a was for several instances"];
    const original = { "volume /dev/sdm type": "io2", "volume /dev/sdf type": "gp3" };
    const fates = compareFacts(original, {}, { differences: [], warnings }).map(({ fate }) => fate);
    expect(fates).toStrictEqual(["lost, reported", "LOST, NOT REPORTED"]);
    const [other] = compareFacts(
      { "volume /dev/sdm type": "io2" },
      { "volume /dev/sdm type": "gp2" },
      { differences: [], warnings },
    );
    expect(other?.fate).toBe("LOST, NOT REPORTED");
  });
});

describe("the verdict", () => {
  const report = NONE;
  const survivor = { name: "web-1", exitCode: 0, seconds: 5, instanceId: "i-1", report, facts: [] };
  const whole = { survivors: [survivor], darkCalls: [], remains: [] };
  const unsaid = { fact: "keyName", original: "ops", restored: "", fate: "LOST, NOT REPORTED" as const };
  it.each([
    ["stands if all is well", whole, true],
    ["falls without any instance", { ...whole, survivors: [] }, false],
    ["falls with a restore that failed", { ...whole, survivors: [survivor, { ...survivor, exitCode: 1 }] }, false],
    [
      "falls with a fact that is lost without a word",
      { ...whole, survivors: [{ ...survivor, facts: [unsaid] }] },
      false,
    ],
    [
      "falls with a call to the dark region",
      { ...whole, darkCalls: [{ region: "r", call: "ec2:X", count: 1 }] },
      false,
    ],
    ["falls with something that was left behind", { ...whole, remains: ["image ami-1"] }, false],
  ])("%s", (_title, disaster, expected) => {
    expect(isProven(disaster)).toBe(expected);
  });
});

describe("the fleet", () => {
  const fleet = fleetIn({ subnets: { app: "s-1", management: "s-2", data: "s-3" }, groups: {} }, "key-arn");
  const disks = fleet.flatMap(({ launch: { BlockDeviceMappings = [] } }) => BlockDeviceMappings.map(({ Ebs }) => Ebs!));
  const launches = fleet.map(({ launch }) => launch);

  it.each([
    ["four volumes on one instance", launches.some(({ BlockDeviceMappings = [] }) => BlockDeviceMappings.length === 4)],
    ["io2", disks.some(({ VolumeType }) => VolumeType === "io2")],
    [
      "gp3 with its own speeds",
      disks.some(({ VolumeType, Throughput = 0 }) => VolumeType === "gp3" && Throughput > 125),
    ],
    ["a volume under the customer's key", disks.some(({ KmsKeyId }) => KmsKeyId === "key-arn")],
    ["a volume that two share", fleet.filter(({ sharesVolume }) => sharesVolume === true).length === 2],
    [
      "UEFI with variables",
      PUBLIC_IMAGES.some(({ BootMode, UefiData }) => BootMode === "uefi" && UefiData !== undefined),
    ],
    ["IMDSv2", launches.some(({ MetadataOptions }) => MetadataOptions?.HttpTokens === "required")],
    ["two interfaces", launches.some(({ NetworkInterfaces }) => NetworkInterfaces?.length === 2)],
    ["user data", launches.some(({ UserData }) => UserData !== undefined)],
  ])("has %s", (_what, isThere) => {
    expect(isThere).toBe(true);
  });
});
