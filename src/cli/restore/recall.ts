/** Recalls a restore by its id, from the tags of whatever it made: what it was for, and what was chosen. */
import type { RestoreClient } from "../../restore/aws/client";
import { observeRestore } from "../../restore/aws/observe";
import type { Found } from "../../restore/found";
import { type Recalled as RecalledFound, recall as recallFound } from "../../restore/recall";
import { isRestoreId } from "../../restore/restoreTags";
import type { Context } from "../context";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";

export interface Recalled extends RecalledFound {
  restoreId: string;
  found: Found;
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
  const look = { restoreId, isLaunch: true, readsProtection: true, skips: [] };
  const found = await observeRestore(client, look);
  const recalled = recallFound(found);
  if (recalled === "nothing") {
    const hint =
      "Check the region (--region). A restore that was undone leaves nothing, and one that made nothing either.";
    throw cliError(EXIT.nothing, "NoRestore", `nothing in ${context.region} carries the id ${restoreId}`, hint);
  }
  if (recalled !== "unreadable") return { restoreId, ...recalled, found };
  const hint = `Find them with the tag smart-vault:restore=${restoreId}, and remove them by hand.`;
  throw cliError(EXIT.failed, "UnreadableRestore", `somebody changed the tags of what ${restoreId} made`, hint);
}
