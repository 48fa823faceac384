/** Looks up instances by their ids, whatever tags they have, but only if some are missing (dropouts.ts). */
import { type EC2Client, paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { chunksOf } from "../lib/collections";
import { tagsFromList } from "../model/tags/tags";
import type { Tags } from "../model/world";
import { FILTER_VALUES, PAGE_SIZE } from "./ec2Limits";

/** States in which an instance and its volumes exist: all except shutting-down and terminated. */
export const EXISTING_STATES = ["pending", "running", "stopping", "stopped"];

/**
 * Returns the tags of the instances that still exist, by id. It uses a filter, because one id in `InstanceIds` that no
 * longer exists fails the whole call.
 */
export async function describeExisting(client: EC2Client, instanceIds: readonly string[]): Promise<Map<string, Tags>> {
  const existing = new Map<string, Tags>();
  const wanted = new Set(instanceIds);
  for (const Values of chunksOf(instanceIds, FILTER_VALUES)) {
    const Filters = [
      { Name: "instance-id", Values },
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
