/**
 * The Recycle Bin: for some days you can restore what the vault or a person deleted, in every region. EC2 decides by
 * the tags at the moment of deletion. The function is not allowed to remove any, so nothing that it deletes bypasses
 * the bin.
 */
import * as aws from "@pulumi/aws";
import { TAG } from "../vault/model/tags/tags";
import type { RegionOptions } from "./regionOptions";

export interface RecycleBinArgs {
  vaultId: string;
  /** 0: no bin. */
  recycleBinDays: number;
  tags: Record<string, string>;
}

/** Makes one rule per region, because a rule applies only in its own. */
export function recycleBins({ vaultId, recycleBinDays, tags }: RecycleBinArgs, { primary, dr }: RegionOptions): void {
  if (recycleBinDays === 0) return;
  const rule = {
    description: `Deleted snapshots of ${vaultId}`,
    resourceType: "EBS_SNAPSHOT",
    resourceTags: [{ resourceTagKey: TAG.vault, resourceTagValue: vaultId }],
    retentionPeriod: { retentionPeriodValue: recycleBinDays, retentionPeriodUnit: "DAYS" },
    tags,
  };
  new aws.rbin.Rule(vaultId, rule, primary);
  for (const [region, opts] of Object.entries(dr)) {
    new aws.rbin.Rule(`${vaultId}-${region}`, rule, opts);
  }
}
