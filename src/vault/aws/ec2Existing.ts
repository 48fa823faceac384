/** Looks up instances by their ids, whatever tags they have, but only if some are missing (dropouts.ts). */
import { type EC2Client, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { tagsFromList } from "../model/tags";
import type { Tags } from "../model/world";

const PAGE_SIZE = 1_000;
/** Limit of values per filter (AWS, "Filter your resources"). */
const FILTER_VALUES = 200;

/** States in which an instance and its volumes exist: all except shutting-down and terminated. */
export const EXISTING_STATES = ["pending", "running", "stopping", "stopped"];

/**
 * Returns the tags of the instances that still exist, by id. It uses a filter, because one id in `InstanceIds` that no
 * longer exists fails the whole call.
 */
export async function describeExisting(client: EC2Client, instanceIds: readonly string[]): Promise<Map<string, Tags>> {
  const existing = new Map<string, Tags>();
  const wanted = new Set(instanceIds);
  for (let from = 0; from < instanceIds.length; from += FILTER_VALUES) {
    const Filters = [
      { Name: "instance-id", Values: instanceIds.slice(from, from + FILTER_VALUES) },
      { Name: "instance-state-name", Values: EXISTING_STATES },
    ];
    const pages = paginateDescribeInstances({ client, pageSize: PAGE_SIZE }, { Filters });
    for await (const page of pages) {
      for (const { InstanceId = "", State, Tags } of (page.Reservations ?? []).flatMap((r) => r.Instances ?? [])) {
        const exists = EXISTING_STATES.includes(State?.Name ?? "running");
        if (exists && wanted.has(InstanceId)) existing.set(InstanceId, tagsFromList(Tags));
      }
    }
  }
  return existing;
}
