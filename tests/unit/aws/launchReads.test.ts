/** The reads of what a launch needs: few calls, each within EC2's limits. */
import {
  DescribeInstanceAttributeCommand,
  type DescribeInstanceAttributeCommandInput,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { describeAttributes, describeCredits, describeSubnets } from "../../../src/vault/aws/launchReads";

const client = new EC2Client({ region: "us-east-1" });
const ec2 = mockClient(client);

beforeEach(() => ec2.reset());

const idsOf = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test("reads subnets by a filter of 200 values at most, page by page", async () => {
  ec2
    .on(DescribeSubnetsCommand)
    .resolvesOnce({
      Subnets: [
        {
          SubnetId: "subnet-0",
          CidrBlock: "10.0.1.0/24",
          AvailabilityZoneId: "use1-az1",
          Tags: [{ Key: "Name", Value: "web a" }],
        },
      ],
      NextToken: "more",
    })
    .resolves({ Subnets: [{ SubnetId: "subnet-1" }] });
  const subnets = await describeSubnets(client, idsOf(201, "subnet-"));
  expect([...subnets]).toStrictEqual([
    ["subnet-0", { subnetName: "web a", subnetCidr: "10.0.1.0/24", zoneId: "use1-az1" }],
    ["subnet-1", {}],
  ]);
  const asked = ec2.commandCalls(DescribeSubnetsCommand).map(({ args: [{ input }] }) => input);
  expect(asked.map(({ Filters }) => Filters?.[0]?.Values?.length)).toStrictEqual([200, 200, 1]);
  expect(asked.every(({ SubnetIds }) => SubnetIds === undefined)).toBe(true);
});

test("reads credit options of 1,000 instances at most in one call", async () => {
  ec2.on(DescribeInstanceCreditSpecificationsCommand).resolves({
    InstanceCreditSpecifications: [{ InstanceId: "i-0", CpuCredits: "unlimited" }, { InstanceId: "i-1" }],
  });
  await expect(describeCredits(client, idsOf(1_001, "i-"))).resolves.toStrictEqual(new Map([["i-0", "unlimited"]]));
  const asked = ec2.commandCalls(DescribeInstanceCreditSpecificationsCommand).map(({ args: [{ input }] }) => input);
  expect(asked.map(({ InstanceIds }) => InstanceIds?.length)).toStrictEqual([1_000, 1]);
  expect(asked.every(({ MaxResults }) => MaxResults === undefined)).toBe(true);
});

test("asks nothing about nothing", async () => {
  await describeSubnets(client, []);
  await describeCredits(client, []);
  expect(ec2.calls()).toStrictEqual([]);
});

test("reads the three attributes of an instance, and leaves out what EC2 does not say", async () => {
  ec2.on(DescribeInstanceAttributeCommand).callsFake(({ Attribute }: DescribeInstanceAttributeCommandInput) => {
    if (Attribute === "disableApiTermination") return { DisableApiTermination: { Value: true } };
    return Attribute === "disableApiStop" ? { DisableApiStop: { Value: false } } : {};
  });
  const read = await describeAttributes(client, "i-1");
  expect(read).toStrictEqual({ disableApiTermination: true, disableApiStop: false });
  const asked = ec2.commandCalls(DescribeInstanceAttributeCommand).map(({ args: [{ input }] }) => input.Attribute);
  expect(asked).toStrictEqual(["disableApiTermination", "disableApiStop", "instanceInitiatedShutdownBehavior"]);
});
