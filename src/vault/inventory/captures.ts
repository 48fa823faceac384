/**
 * Completes what DescribeInstances said of a launch: with the answers of the batch calls, and with what the instance's
 * newest snapshot already says. Pure.
 */
import { withoutUndefined } from "../lib/collections";
import type { CapturedLaunch, InterfaceSpec, LaunchAttributes, SubnetSpec } from "../model/launchSpec";
import { hasSameFacts, launchFromTags } from "../model/tags/launchTags";
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

/** Decides whether an instance earns CPU credits: T2 and later (EC2 user guide, "Burstable performance instances"). */
export function isBurstable({ instanceType }: Pick<ProtectedInstance, "instanceType">): boolean {
  return /^t(?!1\.)\d/.test(instanceType);
}

/**
 * Completes a capture with the answers of the batch calls. Where an answer is absent, the facts of the newest snapshot
 * are better than none: a subnet's CIDR and zone never change. The attributes of the newest snapshot, and which captures
 * have the blobs, are carried over if all other facts are the same.
 */
export function carried(instance: Captured, newest: Tags, { subnets, credits }: BatchFacts): Captured {
  const earlier = launchFromTags(newest);
  const interfaces = instance.captured.interfaces.map((one): InterfaceSpec => {
    const { subnetName, subnetCidr, zoneId } = earlier?.interfaces.find((its) => its.subnetId === one.subnetId) ?? {};
    const { subnetId = "" } = one;
    return { ...one, ...withoutUndefined<SubnetSpec>(subnets.get(subnetId) ?? { subnetName, subnetCidr, zoneId }) };
  });
  const credit = credits.get(instance.instanceId) ?? earlier?.launch.cpuCredits;
  const launch = {
    ...instance.captured.launch,
    ...(isBurstable(instance) && withoutUndefined({ cpuCredits: credit })),
  };
  const captured = { launch, interfaces };
  if (earlier === undefined || !hasSameFacts(newest, captured)) return { ...instance, captured };
  const { disableApiTermination, disableApiStop, shutdownBehavior } = earlier.launch;
  const attributes = withoutUndefined<LaunchAttributes>({ disableApiTermination, disableApiStop, shutdownBehavior });
  const { blobSlots } = earlier;
  const slots = blobSlots === undefined ? {} : { blobSlots };
  return { ...instance, captured: { launch: { ...launch, ...attributes }, interfaces, ...slots } };
}

/** Decides whether the attributes must be read: nobody has read all of them, or another fact has changed since. */
export function lacksAttributes({ captured }: Captured): boolean {
  const { disableApiTermination, disableApiStop, shutdownBehavior } = captured.launch;
  return [disableApiTermination, disableApiStop, shutdownBehavior].includes(undefined);
}
