/**
 * The Recycle Bin: for some days what the vault or a person deletes can be taken back, in either region. EC2 goes by the
 * tags at the moment of deletion, and the function may remove none, so that nothing it deletes goes past the bin.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { TAG } from "../vault/tags";

export interface RecycleBinArgs {
  vaultId: string;
  /** 0: no bin. */
  recycleBinDays: number;
  tags: Record<string, string>;
}

/** A rule counts in its own region only. */
export function recycleBins(
  { vaultId, recycleBinDays, tags }: RecycleBinArgs,
  here: pulumi.CustomResourceOptions,
  there: pulumi.CustomResourceOptions,
): void {
  if (recycleBinDays === 0) return;
  const rule = {
    description: `Deleted snapshots of ${vaultId}`,
    resourceType: "EBS_SNAPSHOT",
    resourceTags: [{ resourceTagKey: TAG.vault, resourceTagValue: vaultId }],
    retentionPeriod: { retentionPeriodValue: recycleBinDays, retentionPeriodUnit: "DAYS" },
    tags,
  };
  new aws.rbin.Rule(vaultId, rule, here);
  new aws.rbin.Rule(`${vaultId}-dr`, rule, there);
}
