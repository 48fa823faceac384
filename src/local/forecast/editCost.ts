/** Prepares the input of monthlyCost.ts from a stack's configuration. */
import type { VaultConfig } from "../../config/config";
import { ofPolicy } from "../../vault/retention/effectiveRules";
import { overridesOf } from "../../vault/retention/tagOverrides";
import { TAG } from "../../vault/model/tags/tags";
import type { CoreSettings } from "../../vault/model/settings";
import type { CostedStack } from "./monthlyCost";
import type { Program } from "../deploy/declared";
import type { CoveredVolume } from "./protection";

function countOf({ declared }: Program, type: string): number {
  return declared.filter((resource) => resource.type === type).length;
}

/** Returns the parts of a deployed configuration that cost something. */
export function costedStack(
  config: VaultConfig,
  policy: CoreSettings,
  program: Program,
  covered: readonly CoveredVolume[],
): CostedStack {
  const { drRegions, schedule, recycleBinDays } = config;
  const volumes = covered.map(({ volumeId, gib, instance: { tags } }) => {
    const { carried } = overridesOf(tags, policy);
    const made = { [TAG.policy]: tags[policy.tagKey] ?? "", ...carried };
    const { keep, drKeep, keepAtLeast } = ofPolicy(made, policy);
    return { volumeId, gib, keep, drKeep, keepAtLeast };
  });
  return {
    volumes,
    drRegions,
    schedule,
    recycleBinDays,
    keys: countOf(program, "aws:kms/key:Key"),
    alarms: countOf(program, "aws:cloudwatch/metricAlarm:MetricAlarm"),
    dashboards: countOf(program, "aws:cloudwatch/dashboard:Dashboard"),
  };
}
