/** Answers the reads that come in pages, for the simulation and lives. */
import type { Account, Region } from "./account";
import type { Call } from "../../../src/iam/call";
import { listLocks } from "./ec2Locks";
import { listSubnets } from "./launchReads";
import { listInstances, listSnapshots, listVolumes, makePager } from "./ec2Reads";

const PAGED = [
  "DescribeInstances",
  "DescribeVolumes",
  "DescribeSnapshots",
  "DescribeLockedSnapshots",
  "DescribeSubnets",
] as const;

export type PagedCall = Extract<Call, { name: (typeof PAGED)[number] }>;

export function isPaged(call: Call): call is PagedCall {
  return (PAGED as readonly string[]).includes(call.name);
}

/** Makes an answerer of reads, page by page. */
export function makePagedReads(account: Account): (region: Region, call: PagedCall) => object {
  const pager = makePager();
  return (region, { name, input }) => {
    switch (name) {
      case "DescribeInstances": {
        const page = pager.page(account, input, () => listInstances(account, input));
        return { Reservations: [{ Instances: page.items }], NextToken: page.nextToken };
      }
      case "DescribeVolumes": {
        const page = pager.page(account, input, () => listVolumes(account, input));
        return { Volumes: page.items, NextToken: page.nextToken };
      }
      case "DescribeSnapshots": {
        const page = pager.page(account, input, () => listSnapshots(account, region, input));
        return { Snapshots: page.items, NextToken: page.nextToken };
      }
      case "DescribeSubnets": {
        const page = pager.page(account, input, () => listSubnets(input));
        return { Subnets: page.items, NextToken: page.nextToken };
      }
      case "DescribeLockedSnapshots": {
        const page = pager.page(account, input, () => listLocks(account, region, input));
        return { Snapshots: page.items, NextToken: page.nextToken };
      }
    }
  };
}
