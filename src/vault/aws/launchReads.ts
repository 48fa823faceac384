/** Reads what a launch needs and DescribeInstances does not say: subnets, CPU credits and attributes of instances. */
import {
  type EC2Client,
  type InstanceAttributeName,
  DescribeInstanceAttributeCommand,
  DescribeInstanceCreditSpecificationsCommand,
  GetInstanceUefiDataCommand,
  paginateDescribeSubnets,
} from "@aws-sdk/client-ec2";
import { chunksOf, withoutUndefined } from "../lib/collections";
import type { BlobName, LaunchAttributes, SubnetSpec } from "../model/launchSpec";
import { tagsFromList } from "../model/tags/tags";
import { FILTER_VALUES, PAGE_SIZE } from "./ec2Limits";

/** Most ids in a call (API reference, DescribeInstanceCreditSpecifications). */
const CREDIT_IDS = 1_000;

/** Reads subnets by id. A filter, because a call that names an id that is gone fails as a whole. */
export async function describeSubnets(client: EC2Client, ids: readonly string[]): Promise<Map<string, SubnetSpec>> {
  const subnets = new Map<string, SubnetSpec>();
  for (const Values of chunksOf(ids, FILTER_VALUES)) {
    const pages = paginateDescribeSubnets(
      { client, pageSize: PAGE_SIZE },
      { Filters: [{ Name: "subnet-id", Values }] },
    );
    for await (const page of pages) {
      for (const { SubnetId = "", CidrBlock, AvailabilityZoneId, Tags } of page.Subnets ?? []) {
        const subnetName = tagsFromList(Tags).Name;
        subnets.set(
          SubnetId,
          withoutUndefined<SubnetSpec>({ subnetName, subnetCidr: CidrBlock, zoneId: AvailabilityZoneId }),
        );
      }
    }
  }
  return subnets;
}

/**
 * Reads the credit option of burstable instances. The call with ids has no pages, and fails for an instance that is not
 * burstable (API reference, DescribeInstanceCreditSpecifications).
 */
export async function describeCredits(client: EC2Client, ids: readonly string[]): Promise<Map<string, string>> {
  const credits = new Map<string, string>();
  for (const InstanceIds of chunksOf(ids, CREDIT_IDS)) {
    const answer = await client.send(new DescribeInstanceCreditSpecificationsCommand({ InstanceIds }));
    for (const { InstanceId = "", CpuCredits } of answer.InstanceCreditSpecifications ?? []) {
      if (CpuCredits !== undefined) credits.set(InstanceId, CpuCredits);
    }
  }
  return credits;
}

/** Calls that {@link describeAttributes} makes. */
export const ATTRIBUTE_CALLS = 3;

/** Reads the attributes of one instance, with one call each, since EC2 returns no two at once. */
export async function describeAttributes(client: EC2Client, InstanceId: string): Promise<LaunchAttributes> {
  const ask = (Attribute: InstanceAttributeName) =>
    client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute }));
  const { DisableApiTermination } = await ask("disableApiTermination");
  const { DisableApiStop } = await ask("disableApiStop");
  const { InstanceInitiatedShutdownBehavior } = await ask("instanceInitiatedShutdownBehavior");
  return withoutUndefined<LaunchAttributes>({
    disableApiTermination: DisableApiTermination?.Value,
    disableApiStop: DisableApiStop?.Value,
    shutdownBehavior: InstanceInitiatedShutdownBehavior?.Value,
  });
}

/** Reads a blob of one instance in base64, with one call; empty if it has none. */
export async function describeBlob(client: EC2Client, InstanceId: string, name: BlobName): Promise<string> {
  if (name === "uefiData") return (await client.send(new GetInstanceUefiDataCommand({ InstanceId }))).UefiData ?? "";
  const input = { InstanceId, Attribute: name };
  return (await client.send(new DescribeInstanceAttributeCommand(input))).UserData?.Value ?? "";
}
