/** Reports what a backup of an instance cannot bring back, while it can still be changed. Pure. */
import type { ProtectedInstance } from "../../model/world";
import { type Problem, problem } from "../../model/problem";

/** Series of which every type has disks of the host: storage optimized ones. */
const DISK_SERIES = ["d", "h", "i", "im", "is"];

/**
 * Returns one notice for each fact. The types of Nitro instances show by their names whether they have disks of the host,
 * since no block device mapping shows those: the letter `d` after the generation stands for them (AWS, "Amazon EC2
 * instance type naming conventions").
 */
export function restoreLimits({ instanceId, instanceType, captured }: ProtectedInstance): Problem[] {
  const { instanceStoreDevices = [], hibernation, productCodes = [] } = captured?.launch ?? {};
  const [, series = "", options = ""] = /^([a-z]+)\d+([a-z]*)\./.exec(instanceType) ?? [];
  const disks = DISK_SERIES.includes(series) || options.includes("d") ? [instanceType] : [];
  const where = instanceStoreDevices.length > 0 ? instanceStoreDevices : disks;
  const limit = (fact: string, message: string, hint: string) =>
    problem("restore-limit", `${instanceId}/${fact}`, message, hint);
  const problems: Problem[] = [];
  if (where.length > 0) {
    const message = `a restore of ${instanceId} lacks the data of its instance-store disks (${where.join(", ")}), because no snapshot has it`;
    problems.push(limit("instance-store", message, "Keep what must survive on EBS volumes."));
  }
  if (hibernation === true) {
    const message = `a restore of ${instanceId} boots it and does not resume what was in memory when it hibernated`;
    problems.push(limit("hibernation", message, "Save what must survive before the instance hibernates."));
  }
  if (productCodes.length > 0) {
    const message = `a restore of ${instanceId} needs the subscription of its product codes (${productCodes.join(", ")}) in AWS Marketplace`;
    problems.push(limit("product-codes", message, "Keep the subscription as long as the backups."));
  }
  return problems;
}
