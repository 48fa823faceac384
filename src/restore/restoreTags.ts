/**
 * The tags of what a restore makes. They are all the memory that a restore has: whoever has the restore's id finds what it
 * made, goes on with it, or undoes it, from any machine. Pure.
 */
import { type Word, packWords, parseWords } from "../vault/lib/words";
import { MAX_TAGS, MAX_TAG_VALUE, continuedTags, continuedValues, fillTags, userTags } from "../vault/model/tags/tags";
import type { Tags } from "../vault/model/world";

export const RESTORE_TAG = {
  /** The restore's id. */
  id: "smart-vault:restore",
  /** What it is for: `image`, `instance`, `group`, `/dev/sdf`, or `old` and a device for a volume that was taken off. */
  role: "smart-vault:restore-role",
  /** Instance and slot of the recovery point. */
  of: "smart-vault:restore-of",
  /** The choices, see choices.ts. Continued in `smart-vault:restore-choices-2`, … */
  choices: "smart-vault:restore-choices",
  /** `done` once all is usable. */
  state: "smart-vault:restore-state",
} as const;

/** Roles of what is no volume. The role of a volume is its device. */
export const ROLE = { image: "image", instance: "instance", group: "group", task: "task" } as const;
const OLD = "old:";
/** The root of a public image, which the restored root takes the place of. */
export const BASE_ROLE = "base-root";

/** Returns the role of a volume that a restore takes off a device; `keeps` says that it outlives the instance. */
export function oldRole(device: string, isDeletedOnTermination: boolean): string {
  return `${OLD}${isDeletedOnTermination ? "deleted" : "kept"}:${device}`;
}

/** Reads a role that {@link oldRole} wrote. */
export function readOldRole(role: string | undefined): { device: string; deleteOnTermination: boolean } | undefined {
  const [, how, device] = /^old:(deleted|kept):(.+)$/.exec(role ?? "") ?? [];
  return device === undefined ? undefined : { device, deleteOnTermination: how === "deleted" };
}

/** The restore that a tag is written for. */
export interface RestoreName {
  restoreId: string;
  instanceId: string;
  slot: string;
  choices: readonly Word[];
}

/** Returns the tags of one resource: the restore's own, then as many of a person's as EC2 has room for. */
export function tagsFor({ restoreId, instanceId, slot, choices }: RestoreName, role: string, own: Tags = {}): Tags {
  const restore = {
    [RESTORE_TAG.id]: restoreId,
    [RESTORE_TAG.role]: role,
    [RESTORE_TAG.of]: `${instanceId} ${slot}`,
    ...Object.fromEntries(continuedTags(RESTORE_TAG.choices, packWords(choices, MAX_TAG_VALUE))),
  };
  return fillTags(restore, userTags(own), MAX_TAGS);
}

/** Returns a person's tags that {@link tagsFor} has no room for. */
export function tagsLeftOut(written: Tags, own: Tags): string[] {
  return Object.keys(userTags(own)).filter((key) => !Object.hasOwn(written, key));
}

/** Reads the choices of a restore from the tags of anything that it made; `undefined` if there are none. */
export function choicesIn(tags: Tags): Word[] | undefined {
  const words = parseWords(continuedValues(tags, RESTORE_TAG.choices));
  return words.length === 0 ? undefined : words;
}

/** Reads which recovery point something was restored from. */
export function restoredFrom(tags: Tags): { instanceId: string; slot: string } | undefined {
  const [, instanceId, slot] = /^(i-[0-9a-f]+) (\S+)$/.exec(tags[RESTORE_TAG.of] ?? "") ?? [];
  return instanceId === undefined || slot === undefined ? undefined : { instanceId, slot };
}

/** Returns a new id: its time, and letters that make it unique. */
export function newRestoreId(nowMs: number, random: () => number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+Z$/g, "");
  const unique = Math.floor(random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  return `r-${time}-${unique}`;
}

/** Decides whether a text is a restore's id. */
export function isRestoreId(text: string): boolean {
  return /^r-\d{8}T\d{6}-[0-9a-f]{4}$/.test(text);
}
