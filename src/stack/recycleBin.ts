/**
 * The Recycle Bin: for some days what the vault or a person deletes can be taken back, in every region. EC2 goes by the
 * tags at the moment of deletion, and the function may remove none, so that nothing it deletes goes past the bin.
 */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { TAG } from "../vault/model/tags";

export interface RecycleBinArgs {
  vaultId: string;
  /** 0: no bin. */
  recycleBinDays: number;
  tags: Record<string, string>;
}

/**
 * A rule counts in its own region only.
 * @param there each DR region
 */
export function recycleBins(
  { vaultId, recycleBinDays, tags }: RecycleBinArgs,
  here: pulumi.CustomResourceOptions,
  there: Readonly<Record<string, pulumi.CustomResourceOptions>>,
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
  for (const [region, opts] of Object.entries(there)) {
    new aws.rbin.Rule(`${vaultId}-${region}`, rule, opts);
  }
}
