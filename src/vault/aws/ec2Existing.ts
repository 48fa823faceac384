/** Looks up instances by their ids, whatever tags they have: only where some are missing (dropouts.ts). */
import { type EC2Client, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { tagsFromList } from "../model/tags";
import type { Tags } from "../model/world";

const PAGE_SIZE = 1_000;
/** EC2 takes at most 200 values in a filter (AWS, "Filter your resources"). */
const FILTER_VALUES = 200;

/** Every state but those of an instance that is going or gone: its volumes are there. */
const EXISTING_STATES = ["pending", "running", "stopping", "stopped"];

/**
 * Returns the tags of those that still exist, by id. Asked for by a filter: an id in `InstanceIds` that is gone fails the
 * whole call.
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
