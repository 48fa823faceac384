/** Tests which partition each region belongs to. */
import { partitionOf } from "../../../src/iam/partition";

test.each([
  ["eu-central-1", "aws"],
  ["us-west-2", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-east-1", "aws-us-gov"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["us-isof-south-1", "aws-iso-f"],
  ["eu-isoe-west-1", "aws-iso-e"],
  ["eusc-de-east-1", "aws-eusc"],
])("the region %s is of the partition %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});
