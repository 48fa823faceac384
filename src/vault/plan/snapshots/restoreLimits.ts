/** Reports what a backup of an instance cannot bring back, while it can still be changed. Pure. */
import type { ProtectedInstance } from "../../model/world";
import { type Problem, problem } from "../../model/problem";

/** Series of which every type has disks of the host: storage optimized ones. */
const DISK_SERIES = ["d", "h", "i", "im", "is"];

/**
 * Decides whether a type has instance-store disks, by its name: those of Nitro instances are in no block device mapping.
 * The letter `d` after the generation stands for them (AWS, "Amazon EC2 instance type naming conventions").
 */
function hasHostDisks(instanceType: string): boolean {
  const [, series = "", options = ""] = /^([a-z]+)\d+([a-z]*)\./.exec(instanceType) ?? [];
  return DISK_SERIES.includes(series) || options.includes("d");
}

function limit(instanceId: string, fact: string, message: string, hint: string): Problem {
  return problem("restore-limit", `${instanceId}/${fact}`, `${instanceId} ${message}`, hint);
}

/** Returns one notice for each fact. */
export function restoreLimits({ instanceId, instanceType, captured }: ProtectedInstance): Problem[] {
  const { instanceStoreDevices: devices = [], hibernation, productCodes = [] } = captured?.launch ?? {};
  const problems: Problem[] = [];
  if (devices.length > 0 || hasHostDisks(instanceType)) {
    const where = devices.length > 0 ? devices.join(", ") : `by its type, ${instanceType}`;
    const message = `has instance-store disks (${where}): no snapshot has their data`;
    const hint = "A restored instance has empty ones. Keep what must survive on EBS volumes.";
    problems.push(limit(instanceId, "instance-store", message, hint));
  }
  if (hibernation === true) {
    const message = "may hibernate: a restored instance boots, and does not resume what was in memory";
    const hint = "Let applications save what must survive before the instance hibernates.";
    problems.push(limit(instanceId, "hibernation", message, hint));
  }
  if (productCodes.length > 0) {
    const message = `has product codes of AWS Marketplace (${productCodes.join(", ")}): a restore needs their subscription`;
    const hint = "Keep the subscription while you keep the backups, and restore to a type that the product allows.";
    problems.push(limit(instanceId, "product-codes", message, hint));
  }
  return problems;
}
