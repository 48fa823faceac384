/** Reports what a backup of an instance cannot bring back, while it can still be changed. Pure. */
import type { ProtectedInstance } from "../../model/world";
import { type Problem, problem } from "../../model/problem";

/** Series of which every type has disks of the host: storage optimized ones. */
const DISK_SERIES = ["d", "h", "i", "im", "is"];

/**
 * Returns one notice for each fact. The types of Nitro instances tell by their names whether they have disks of the host,
 * since no block device mapping shows those: the letter `d` after the generation stands for them (AWS, "Amazon EC2
 * instance type naming conventions").
 */
export function restoreLimits({ instanceId, instanceType, captured }: ProtectedInstance): Problem[] {
  const { instanceStoreDevices = [], hibernation, productCodes = [] } = captured?.launch ?? {};
  const [, series = "", options = ""] = /^([a-z]+)\d+([a-z]*)\./.exec(instanceType) ?? [];
  const disks = DISK_SERIES.includes(series) || options.includes("d") ? [instanceType] : [];
  const where = instanceStoreDevices.length > 0 ? instanceStoreDevices : disks;
  const limit = (fact: string, message: string, hint: string) =>
    problem("restore-limit", `${instanceId}/${fact}`, `${instanceId} ${message}`, hint);
  const problems: Problem[] = [];
  if (where.length > 0) {
    const message = `has instance-store disks (${where.join(", ")}): no snapshot has their data`;
    problems.push(limit("instance-store", message, "Keep what must survive on EBS volumes."));
  }
  if (hibernation === true) {
    const message = "may hibernate: a restored instance boots, and does not resume what was in memory";
    problems.push(limit("hibernation", message, "Save what must survive before the instance hibernates."));
  }
  if (productCodes.length > 0) {
    const message = `has product codes (${productCodes.join(", ")}): a restore needs their subscription in AWS Marketplace`;
    problems.push(limit("product-codes", message, "Keep the subscription as long as the backups."));
  }
  return problems;
}
