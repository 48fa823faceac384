import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { describeExisting } from "../../../src/vault/aws/ec2Existing";

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});

beforeEach(() => {
  ec2.reset();
});

test("asks for instances by a filter, 200 per call, page by page", async () => {
  const inputs: unknown[] = [];
  const pages = [
    { NextToken: "2" },
    { Reservations: [{ Instances: [{ InstanceId: "i-0" }] }, {}] },
    { Reservations: [{ Instances: [{ InstanceId: "i-200", Tags: [{ Key: "a", Value: "b" }] }] }] },
  ];
  ec2.on(DescribeInstancesCommand).callsFake((input) => {
    inputs.push(structuredClone(input));
    return pages[inputs.length - 1];
  });
  const ids = Array.from({ length: 201 }, (_, n) => `i-${n}`);
  const existing = await describeExisting(client, ids);
  expect([...existing]).toStrictEqual([
    ["i-0", {}],
    ["i-200", { a: "b" }],
  ]);
  const by = (Values: string[], NextToken?: string) => ({
    Filters: [
      { Name: "instance-id", Values },
      { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
    ],
    MaxResults: 1000,
    NextToken,
  });
  expect(inputs).toEqual([by(ids.slice(0, 200)), by(ids.slice(0, 200), "2"), by(["i-200"])]);
});

test("leaves out instances that are gone or were not asked for", async () => {
  const gone = { InstanceId: "i-1", State: { Name: "shutting-down" as const } };
  const other = { InstanceId: "i-3", State: { Name: "running" as const } };
  const here = { InstanceId: "i-2", State: { Name: "stopped" as const } };
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [gone, other, here] }] });
  const existing = await describeExisting(client, ["i-1", "i-2"]);
  expect([...existing.keys()]).toStrictEqual(["i-2"]);
});
