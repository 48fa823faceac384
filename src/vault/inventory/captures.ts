/**
 * Completes what DescribeInstances said of a launch: with the answers of the batch calls, and with what the instance's
 * newest snapshot already says. Pure.
 */
import type { CapturedLaunch, InterfaceSpec, LaunchAttributes, SubnetSpec } from "../model/launchSpec";
import { hasSameFacts, launchFromTags } from "../model/launchTags";
import type { ProtectedInstance, Snapshot, Tags } from "../model/world";
import { latestStartedFirst } from "./order";

/** Instance whose capture can be completed. */
export type Captured = ProtectedInstance & { captured: CapturedLaunch };

/** Answers of the batch calls by id; empty where a call failed. */
export interface BatchFacts {
  subnets: ReadonlyMap<string, SubnetSpec>;
  credits: ReadonlyMap<string, string>;
}

/** Returns the tags of each instance's newest snapshot that did not fail. */
export function newestTags(own: readonly Snapshot[], instanceIds: ReadonlySet<string>): Map<string, Tags> {
  const newest = new Map<string, Snapshot>();
  for (const one of own) {
    const { instanceId } = one.identity;
    if (!instanceIds.has(instanceId) || one.state === "error") continue;
    const known = newest.get(instanceId);
    if (known === undefined || latestStartedFirst(one, known) < 0) newest.set(instanceId, one);
  }
  return new Map([...newest].map(([instanceId, { tags }]) => [instanceId, tags]));
}

/** Returns the subnets to ask for, each once. */
export function subnetsOf(instances: readonly Captured[]): string[] {
  const all = instances.flatMap(({ captured }) => captured.interfaces.map(({ subnetId }) => subnetId));
  return [...new Set(all.filter((id) => id !== undefined))];
}

/** Decides whether an instance earns CPU credits: T2 and later (EC2 user guide, "Burstable performance instances"). */
export function isBurstable({ instanceType }: ProtectedInstance): boolean {
  return /^t(?!1\.)\d/.test(instanceType);
}

/** Returns the facts of a subnet that an earlier capture has. */
function earlierSubnet(earlier: readonly InterfaceSpec[], id: string | undefined): SubnetSpec {
  const { subnetName, subnetCidr, zoneId } = earlier.find(({ subnetId }) => subnetId === id) ?? {};
  return {
    ...(subnetName !== undefined && { subnetName }),
    ...(subnetCidr !== undefined && { subnetCidr }),
    ...(zoneId !== undefined && { zoneId }),
  };
}

/**
 * Adds the facts of the batch calls. Where an answer is absent, those of the newest snapshot are better than none: a
 * subnet's CIDR and zone never change.
 */
export function withBatchFacts(instance: Captured, newest: Tags, { subnets, credits }: BatchFacts): Captured {
  const { launch, interfaces } = instance.captured;
  const earlier = launchFromTags(newest);
  const cpuCredits = isBurstable(instance)
    ? (credits.get(instance.instanceId) ?? earlier?.launch.cpuCredits)
    : undefined;
  return {
    ...instance,
    captured: {
      launch: { ...launch, ...(cpuCredits !== undefined && { cpuCredits }) },
      interfaces: interfaces.map((one) => ({
        ...one,
        ...(subnets.get(one.subnetId ?? "") ?? earlierSubnet(earlier?.interfaces ?? [], one.subnetId)),
      })),
    },
  };
}

/**
 * Returns the attributes that the newest snapshot has. `undefined` if it lacks one, or if another fact has changed since:
 * then the attributes are read again.
 */
export function carriedAttributes({ captured }: Captured, newest: Tags): LaunchAttributes | undefined {
  if (!hasSameFacts(newest, captured)) return undefined;
  const { disableApiTermination, disableApiStop, shutdownBehavior } = launchFromTags(newest)?.launch ?? {};
  const isAbsent = [disableApiTermination, disableApiStop, shutdownBehavior].includes(undefined);
  return isAbsent ? undefined : { disableApiTermination, disableApiStop, shutdownBehavior };
}

/** Adds attributes to a capture. */
export function withAttributes(instance: Captured, attributes: LaunchAttributes): Captured {
  const { captured } = instance;
  return { ...instance, captured: { ...captured, launch: { ...captured.launch, ...attributes } } };
}
