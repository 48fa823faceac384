/** The buckets of a vault: the audit bucket in the first DR region, and a manifest bucket in every one (docs/adr/0022). */
import * as pulumi from "@pulumi/pulumi";
import type { VaultConfig } from "../config/config";
import { manifestDays } from "../config/manifestDays";
import { TRAIL_PREFIX, trailArnOf } from "../iam/auditPolicies";
import type { Account } from "../iam/names";
import { MANIFEST_PREFIXES, RUNS_PREFIX } from "../vault/model/objectKeys";
import type { BucketTarget } from "../vault/model/settings";
import { type MadeBucket, closedBucket } from "./bucket";
import type { VaultKeys } from "./keys/vaultKeys";
import type { RegionOptions } from "./regionOptions";
import { auditTrail } from "./trail";

interface Known {
  account: pulumi.Output<Account>;
  keys: pulumi.Output<VaultKeys>;
  tags: Record<string, string>;
}

export interface VaultBuckets {
  /** Absent: no audit log. */
  audit: pulumi.Output<BucketTarget | undefined>;
  /** One per DR region; empty: no manifests. */
  manifests: pulumi.Output<BucketTarget[]>;
  /** Resources that must exist before anything is written. */
  parts: pulumi.Resource[];
}

function keyArnIn(keys: Known["keys"], region: string): pulumi.Output<string> {
  return keys.apply(({ dr }) => dr.find((one) => one.region === region)?.keyArn ?? "");
}

/** Makes the audit bucket, and the trail into it, as far as they are configured. */
function auditParts(config: VaultConfig, { keys, ...known }: Known, opts: RegionOptions): MadeBucket | undefined {
  const [region] = config.drRegions;
  if (!config.audit || region === undefined) return undefined;
  const { vaultId, primaryRegion, auditRetentionDays: days, auditLockDays: lockDays, trail, protectKeys } = config;
  const keyArn = keyArnIn(keys, region);
  const made = closedBucket(
    `${vaultId}-audit`,
    {
      ...{ vaultId, region, keyArn, lockDays, protect: protectKeys, ...known },
      purpose: "audit",
      expiring: { [RUNS_PREFIX]: days, [TRAIL_PREFIX]: days },
      ...(trail && { trailOf: (account: Account) => trailArnOf(vaultId, account, primaryRegion) }),
    },
    opts.dr[region] ?? {},
  );
  const bucket = made.target.apply((target) => target.bucket);
  if (trail) auditTrail({ vaultId, bucket, keyArn, tags: known.tags }, { ...opts.primary, dependsOn: made.parts });
  return made;
}

function manifestParts(config: VaultConfig, { keys, ...known }: Known, opts: RegionOptions): MadeBucket[] {
  if (!config.manifests) return [];
  const { vaultId, drRegions, audit, auditLockDays, protectKeys } = config;
  const days = manifestDays(config);
  const expiring = days === undefined ? {} : Object.fromEntries(MANIFEST_PREFIXES.map((prefix) => [prefix, days]));
  return drRegions.map((region) =>
    closedBucket(
      `${vaultId}-manifests-${region}`,
      {
        ...{ vaultId, region, keyArn: keyArnIn(keys, region), protect: protectKeys, ...known },
        purpose: "manifests",
        expiring,
        lockDays: audit ? auditLockDays : 0,
      },
      opts.dr[region] ?? {},
    ),
  );
}

/** Makes the buckets that are configured. */
export function vaultBuckets(config: VaultConfig, known: Known, opts: RegionOptions): VaultBuckets {
  const audit = auditParts(config, known, opts);
  const manifests = manifestParts(config, known, opts);
  return {
    audit: pulumi.output(audit?.target),
    manifests: pulumi.output(manifests.map(({ target }) => target)),
    parts: [...(audit?.parts ?? []), ...manifests.flatMap(({ parts }) => parts)],
  };
}
