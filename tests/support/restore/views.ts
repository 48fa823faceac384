/** Compares accounts, and names what a restore touched that was not its own. */
import type { Account, World } from "./account";
import { kindOf } from "./ec2Tags";
import { ORIGINAL, RESTORE_ID } from "./shapes";
import { RESTORE_TAG } from "../../../src/restore/restoreTags";

interface Tagged {
  id: string;
  tags: Readonly<Record<string, string>>;
}

function recordsOf(account: Account, kind: (typeof KINDS)[number]): Tagged[] {
  const records: Readonly<Record<string, Tagged>> = account[kind];
  return Object.values(records);
}

const KINDS = ["volumes", "interfaces", "instances", "images", "groups", "tasks"] as const;

/** Returns the account without tokens, tasks and ended instances, none of which anybody can take away. */
export function leftIn({ volumes, interfaces, instances, images, groups }: Account) {
  const live = Object.entries(instances).filter(([, { state }]) => state !== "terminated");
  return { volumes, interfaces, instances: Object.fromEntries(live), images, groups };
}

/** Returns an account with its ids replaced by what they stand for, so that two restores of the same can be compared. */
export function withoutIds(account: Account): string {
  const names = new Map<string, string>();
  const roleOf = (tags: Readonly<Record<string, string>>) => tags[RESTORE_TAG.role] ?? "";
  for (const kind of KINDS) {
    for (const { id, tags } of recordsOf(account, kind)) {
      if (tags[RESTORE_TAG.id] !== RESTORE_ID) continue;
      const index = kind === "interfaces" ? account.interfaces[id]?.index : "";
      names.set(id, `${kind}:${roleOf(tags)}:${String(index)}`);
    }
  }
  const all = Object.values(leftIn(account))
    .flatMap((records): object[] => Object.values(records) as object[])
    .map((record) => JSON.stringify({ ...record, input: undefined }));
  const text = all.sort().join("\n");
  return [...names]
    .reduce((now, [id, name]) => now.replaceAll(id, name), text)
    .split("\n")
    .sort()
    .join("\n");
}

/** Returns what carries the restore's id, and is no task or ended instance. */
export function carrying(account: Account): string[] {
  return Object.values(leftIn(account))
    .flatMap((records) => Object.values(records) as { id: string; tags: Record<string, string> }[])
    .filter(({ tags }) => tags[RESTORE_TAG.id] === RESTORE_ID)
    .map(({ id }) => id);
}

/** Returns what is there, was not before, and does not carry the restore's id. */
export function unnamed(before: Account, now: Account): string[] {
  return KINDS.flatMap((kind) =>
    recordsOf(now, kind)
      .filter(({ id, tags }) => before[kind][id] === undefined && tags[RESTORE_TAG.id] !== RESTORE_ID)
      .map(({ id }) => id),
  );
}

/** Tells whether a call attaches a volume that another restore made for several instances: that alone is allowed with it. */
function isSharing({ volumes }: Account, call: string, id: string): boolean {
  const volume = volumes[id];
  const isOthers = volume?.isShared === true && volume.tags[RESTORE_TAG.id] !== undefined;
  return call === "AttachVolumeCommand" && isOthers;
}

/** Returns what was changed although it was there before, and is neither the instance nor a volume of the devices restored. */
export function trespasses({ touched }: World, before: Account, devices: readonly string[]): string[] {
  const allowed = Object.values(before.volumes)
    .filter(({ attachments }) => attachments.some((one) => one.instanceId === ORIGINAL && devices.includes(one.device)))
    .map(({ id }) => id);
  return touched
    .filter(({ id }) => id !== ORIGINAL && before[kindOf(id)][id] !== undefined && !allowed.includes(id))
    .filter(({ call, id }) => !isSharing(before, call, id))
    .map(({ call, id }) => `${call} ${id}`);
}
