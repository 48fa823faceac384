/** Recalls a restore from the tags of whatever it made, or took off: what it was for, and what was chosen. Pure. */
import type { Tags } from "../vault/model/world";
import { type Choices, readChoices } from "./choices";
import type { Found } from "./found";
import type { UndoPlan } from "./next/undo";
import { choicesIn, restoredFrom } from "./restoreTags";

export interface Recalled {
  /** Instance and slot of the recovery point. */
  instanceId: string;
  slot: string;
  choices: Choices;
}

function tagsOf({ images, groups, volumes, instance }: Found): Tags[] {
  return [instance?.tags ?? {}, ...[...images, ...groups, ...volumes].map(({ tags }) => tags)];
}

/**
 * Recalls a restore. One resource is enough, since each carries all of it.
 * @returns `nothing` if nothing carries its id, `unreadable` if somebody changed the tags
 */
export function recall(found: Found): Recalled | "nothing" | "unreadable" {
  const all = tagsOf(found);
  const isThere = [found.images, found.groups, found.volumes, found.interfaces].some(({ length }) => length > 0);
  if (!isThere && found.instance === undefined) return "nothing";
  for (const tags of all) {
    const [of, words] = [restoredFrom(tags), choicesIn(tags)];
    const choices = words === undefined ? undefined : readChoices(words);
    if (of !== undefined && choices !== undefined) return { ...of, choices };
  }
  return "unreadable";
}

/** Returns the instance that a restore works on and did not make; `undefined` if there is none. */
export function workedOn({ instanceId, choices }: Recalled): string | undefined {
  if (choices.mode === "launch") return undefined;
  return choices.mode === "replace" ? instanceId : choices.attachTo;
}

/** Returns what an undo has to know. */
export function undoPlanOf({ choices: { mode, wasRunning = false } }: Recalled): UndoPlan {
  return { mode, restarts: wasRunning };
}
