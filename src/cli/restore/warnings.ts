/** What a restore can't do for a person, or may do to them. Pure. */
import type { LaunchOrder, Order } from "../../restore/order";
import type { RestoreSource } from "../../restore/source";

const NEW_MACHINE = "cloud-init takes it for a new machine";

/** Says what becomes of user data. */
function userDataWarning({ leavesOut }: LaunchOrder, { blobs: { userData } }: RestoreSource): string {
  if (leavesOut.includes("userData")) return `user data is left out (--no-user-data), and ${NEW_MACHINE}`;
  if (userData === undefined) return `user data is in no backup: the new instance has none, and ${NEW_MACHINE}`;
  if (userData === "") return `the instance had no user data; ${NEW_MACHINE}`;
  return `${NEW_MACHINE}, and runs the captured user data as at a first boot; --no-user-data leaves it out`;
}

/** Says of an instance that booted by UEFI if it gets other variables than it had. */
function uefiWarnings({ leavesOut, blobs, usageOperation }: LaunchOrder, { captured }: RestoreSource): string[] {
  if (captured?.launch.currentBootMode !== "uefi") return [];
  const plain = "boot order and Secure Boot keys are those of a new instance";
  if (leavesOut.includes("uefiData")) return [`UEFI variables are left out (--no-uefi-data): ${plain}`];
  if (blobs.uefiData === undefined) return [`UEFI variables are in no backup: ${plain}`];
  return usageOperation === undefined ? [] : [`if the billing code was lost, UEFI variables are lost too: ${plain}`];
}

/** What no recovery point has, and what a new instance never is. */
function launchWarnings(order: LaunchOrder, source: RestoreSource): string[] {
  return [
    userDataWarning(order, source),
    ...uefiWarnings(order, source),
    "DNS names, load balancer targets and alarms name the old instance: they have to learn the new id and address",
  ];
}

/** Returns what a person should know before saying yes. */
export function warningsOf(order: Order, source: RestoreSource): string[] {
  const shared = order.volumes.filter(({ isMultiAttach }) => isMultiAttach === true);
  const codes = source.captured?.launch.productCodes ?? [];
  return [
    ...(order.mode === "launch" ? launchWarnings(order, source) : []),
    ...shared.map(
      ({ device }) =>
        `${device} was for several instances: launch the others with --shared, which attaches the same new volume`,
    ),
    ...(codes.length === 0
      ? []
      : [`it has Marketplace product codes (${codes.join(", ")}): the subscription has to be active in this account`]),
    ...(order.mode === "volumes" && order.attachTo !== undefined && order.volumes.some(({ isRoot }) => isRoot)
      ? [
          "a copy of a root volume has the same labels and UUIDs as the root: the instance may boot from it. Detach it before a reboot",
        ]
      : []),
    ...(order.mode === "replace" && !order.isRootTask && order.wasRunning
      ? ["while it is stopped it loses instance-store data, and a public address that is no Elastic IP"]
      : []),
  ];
}
