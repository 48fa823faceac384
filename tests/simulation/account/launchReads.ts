/** Models what a launch needs and DescribeInstances does not say: subnets, CPU credits and attributes. */
import type { InstanceAttribute, InstanceNetworkInterface, Subnet } from "@aws-sdk/client-ec2";
import type { Account, SimInstance } from "./account";
import type { Call, DescribeInput } from "../../../src/iam/call";
import { awsError } from "./awsError";
import { filtered } from "./filters";

const NAMES = ["DescribeInstanceCreditSpecifications", "DescribeInstanceAttribute", "GetInstanceUefiData"] as const;
type LaunchCall = Extract<Call, { name: (typeof NAMES)[number] }>;

const SUBNETS = ["a", "b", "c"];

/** Draws nothing, so that the fleet is the same with and without these facts. */
function lotOf({ instanceId }: SimInstance, count: number): number {
  return parseInt(instanceId.slice(-4), 16) % count;
}

/** Returns the type: every fourth instance is burstable. */
export function typeOf(instance: SimInstance): "m7g.large" | "t4g.medium" {
  return lotOf(instance, 4) === 0 ? "t4g.medium" : "m7g.large";
}

/** Returns the one interface of an instance. */
export function interfaceOf(instance: SimInstance): InstanceNetworkInterface {
  const lot = lotOf(instance, SUBNETS.length);
  return {
    SubnetId: `subnet-${SUBNETS[lot] ?? ""}`,
    PrivateIpAddress: `10.0.${lot}.7`,
    Attachment: { DeviceIndex: 0, DeleteOnTermination: true },
  };
}

export function listSubnets(input: DescribeInput): Subnet[] {
  const all = SUBNETS.map((letter, index) => ({
    SubnetId: `subnet-${letter}`,
    CidrBlock: `10.0.${index}.0/24`,
    AvailabilityZoneId: `use1-az${index + 1}`,
  }));
  return all.filter(filtered<Subnet>(input, () => ({}), { "subnet-id": ({ SubnetId }) => SubnetId }));
}

function existing({ instances }: Account, id: string): SimInstance {
  const instance = instances.get(id);
  if (instance === undefined) throw awsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  return instance;
}

function attributesOf(instance: SimInstance): InstanceAttribute {
  return {
    DisableApiTermination: { Value: lotOf(instance, 2) === 0 },
    DisableApiStop: { Value: false },
    InstanceInitiatedShutdownBehavior: { Value: "stop" },
  };
}

export function isLaunchRead(call: Call): call is LaunchCall {
  return (NAMES as readonly string[]).includes(call.name);
}

/** Answers a call without pages. EC2 refuses the whole call for an instance that has no credits. */
export function readLaunch(account: Account, { name, input }: LaunchCall): object {
  if (name === "GetInstanceUefiData") return { InstanceId: existing(account, input.InstanceId ?? "").instanceId };
  if (name === "DescribeInstanceAttribute") {
    const { InstanceId = "", Attribute = "" } = input;
    const key = Attribute.replace(/^./, (first) => first.toUpperCase()) as keyof InstanceAttribute;
    return { InstanceId, [key]: attributesOf(existing(account, InstanceId))[key] };
  }
  const { InstanceIds = [] } = input;
  if (InstanceIds.length === 0 || InstanceIds.length > 1_000) throw awsError("InvalidParameterValue", "how many ids");
  return {
    InstanceCreditSpecifications: InstanceIds.map((InstanceId) => {
      if (!typeOf(existing(account, InstanceId)).startsWith("t")) throw awsError("InvalidInstanceID", InstanceId);
      return { InstanceId, CpuCredits: "unlimited" };
    }),
  };
}
