/**
 * Reports regions that left the stack. The vault neither copies to them nor deletes there any more. Its snapshots
 * remain there, and are billed, until a person deletes them. The memory of changes lists these regions, and one sweep
 * per day counts the snapshots. Pure.
 */
import { descriptionPattern } from "../identity/description";
import type { SeenLeft } from "../model/leftRegion";
import { gibOf } from "../inventory/recoveryPoints";
import { roughCost } from "../inventory/storageCost";
import { type Problem, problem } from "../model/problem";
import type { Snapshot, World } from "../model/world";
import type { CoreSettings } from "../model/settings";
import { pluralize, withCommand } from "../lib/text";
import type { Inventory } from "../inventory/inventory";
import { leftOriginals } from "../inventory/leftRegions";

/** JMESPath filter that selects snapshots that are not copies (description.ts). */
const ORIGINALS = '[?!contains(Description, `" snapshot="`)]';

/** Returns the command that deletes all of the vault's snapshots in a region, or only those that a filter selects. */
function deletionOf(region: string, vaultId: string, which = "[]"): string {
  const list = `aws ec2 describe-snapshots --region ${region} --owner-ids self --filters 'Name=description,Values=${descriptionPattern(vaultId)}' --query 'Snapshots${which}.SnapshotId' --output text`;
  return `${list} | tr '\\t' '\\n' | xargs -n 1 aws ec2 delete-snapshot --region ${region} --snapshot-id`;
}

function noticeOf({ region, since, snapshots = [], cause }: SeenLeft, vaultId: string): Problem | undefined {
  const when = `left the stack (first noticed on ${since.slice(0, 10)})`;
  if (cause !== undefined) {
    return problem(
      "left-region",
      region,
      `The vault could not count the snapshots that it left in ${region}, which ${when}. They may still cost storage. AWS says: ${cause.code}: ${cause.message}`,
      "The vault counts them again tomorrow. The role needs ec2:DescribeSnapshots in that region. The runbook's page has the command that lists them.",
    );
  }
  if (snapshots.length === 0) return undefined;
  return problem(
    "left-region",
    region,
    `${region} still has ${pluralize(snapshots.length, "snapshot")} of this vault with ${gibOf(snapshots)} GiB of volumes, but it ${when}. The vault deletes nothing there any more. They cost ${roughCost(snapshots)}.`,
    withCommand(
      "To keep them, do nothing, and keep the key that they are encrypted under. With `protectKeys: false` its deletion is scheduled already; the runbook's page has the command that cancels it. To delete all of them",
      deletionOf(region, vaultId),
    ),
  );
}

function originalsNotice(
  { region, snapshots }: { region: string; snapshots: readonly Snapshot[] },
  vaultId: string,
): Problem {
  return problem(
    "left-region",
    `${region} originals`,
    `${region} was the primary region and is a DR region now. It still has ${pluralize(snapshots.length, "snapshot")} that this vault took there, with ${gibOf(snapshots)} GiB of volumes. In a DR region the vault deletes only copies, so it deletes none of these. They cost ${roughCost(snapshots)}.`,
    withCommand(
      `To keep them, do nothing: retention covers them again once ${region} is the primary region again. To delete all of them`,
      deletionOf(region, vaultId, ORIGINALS),
    ),
  );
}

/**
 * Returns a notice for each region that left and is not empty or could not be read, and for each former primary region
 * with originals.
 */
export function leftNotices(
  world: World,
  { regions }: Pick<Inventory, "regions">,
  { vaultId }: Pick<CoreSettings, "vaultId">,
): Problem[] {
  return [
    ...(world.left ?? []).flatMap((one) => noticeOf(one, vaultId) ?? []),
    ...leftOriginals(regions).map((one) => originalsNotice(one, vaultId)),
  ];
}
