/** Recalls a restore by its id, from the tags of whatever it made: what it was for, and what was chosen. */
import type { RestoreClient } from "../../restore/aws/client";
import { observeRestore } from "../../restore/aws/observe";
import { type Choices, readChoices } from "../../restore/choices";
import type { Found } from "../../restore/found";
import { choicesIn, isRestoreId, restoredFrom } from "../../restore/restoreTags";
import type { Tags } from "../../vault/model/world";
import type { Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";

export interface Recalled {
  restoreId: string;
  instanceId: string;
  slot: string;
  choices: Choices;
  found: Found;
}

function tagsOf({ images, groups, volumes, instance }: Found): Tags[] {
  return [instance?.tags ?? {}, ...[...images, ...groups, ...volumes].map(({ tags }) => tags)];
}

/**
 * Finds a restore.
 * @throws where nothing carries its id, or nobody can read what it was for
 */
export async function recall(client: RestoreClient, restoreId: string, context: Context): Promise<Recalled> {
  if (!isRestoreId(restoreId)) {
    const hint = "The id is in the output of the restore, and in the tag smart-vault:restore of all that it made.";
    throw cliError(
      EXIT.usage,
      "BadRestoreId",
      `expected an id such as r-20261129T121500-4f1c, got "${restoreId}"`,
      hint,
    );
  }
  context.progress(`looking for what ${restoreId} made in ${context.region}`);
  const look = { restoreId, isLaunch: true, readsProtection: true, skipsEnded: false };
  const found = await observeRestore(client, look);
  const all = tagsOf(found);
  const words = all.map(choicesIn).find((one) => one !== undefined);
  const of = all.map(restoredFrom).find((one) => one !== undefined);
  if (of === undefined && words === undefined) {
    const hint =
      "Check the region (--region). A restore that was undone leaves nothing, and one that made nothing either.";
    throw cliError(EXIT.nothing, "NoRestore", `nothing in ${context.region} carries the id ${restoreId}`, hint);
  }
  const choices = words === undefined ? undefined : readChoices(words);
  if (of !== undefined && choices !== undefined) return { restoreId, ...of, choices, found };
  const hint = `Find them with the tag smart-vault:restore=${restoreId}, and remove them by hand.`;
  throw cliError(EXIT.failed, "UnreadableRestore", `somebody changed the tags of what ${restoreId} made`, hint);
}
