/** Composes what a person reads about instances that could not be backed up, or not as they ask. Pure text. */
import { type OverrideError, overridesOf } from "../../retention/tagOverrides";
import { EXCLUDE_VALUE } from "../../model/tags/tags";
import type { AttachedVolume, ProtectedInstance } from "../../model/world";
import type { CoreSettings } from "../../model/settings";
import { type Problem, problem } from "../../model/problem";

/** What follows a snapshot that was not taken in its time. */
export const NEXT_RUN =
  "The next scheduled run takes new snapshots. The runbook's page has the commands that show why these were deferred, and that start a run at once.";

export function slotMissed(
  { instanceId }: ProtectedInstance,
  lacking: readonly AttachedVolume[],
  slot: string,
  { startWindowHours }: CoreSettings,
): Problem {
  const volumes = lacking.map((volume) => volume.volumeId).join(", ");
  return problem(
    "slot-missed",
    instanceId,
    `${instanceId} has no snapshot of ${volumes} for ${slot}: none could be made within ${startWindowHours} hours or before the next scheduled run`,
    NEXT_RUN,
  );
}

export function noInstances({ tagKey, policies, primaryRegion }: CoreSettings): Problem {
  const tag = `${tagKey}=${Object.keys(policies).join("|")}`;
  return problem(
    "no-instances",
    tag,
    `nothing was backed up: no instance in ${primaryRegion} has the tag ${tag}`,
    "The next scheduled run looks again. Tag keys and values are case-sensitive. Tag the instances, or set tagKey and tagValue (or policies) to what they carry.",
  );
}

/** Says what happens to a tag that is not allowed. */
function overrideWords({ key, value, expected, bound }: OverrideError): string {
  const tag = `${key}=${value}`;
  if (bound === undefined) return `${tag}, which is ignored: expected ${expected}. The policy's own rule is used.`;
  return `${tag}, which is too high: expected ${expected}. The highest value, ${bound}, is used.`;
}

export function overrideProblems({ instanceId, tags }: ProtectedInstance, settings: CoreSettings): Problem[] {
  const { errors } = overridesOf(tags, settings);
  return errors.map((error: OverrideError) =>
    problem(
      "bad-override",
      `${instanceId}/${error.key}`,
      `${instanceId} has the tag ${overrideWords(error)}`,
      "Correct or remove the tag; the next run reads it again. To permit a higher value, raise overrideMax. To permit a lower one, set overrideMin.",
    ),
  );
}

export function nothingToSnapshot({ instanceId }: ProtectedInstance, { tagKey }: CoreSettings): Problem {
  return problem(
    "no-volumes",
    instanceId,
    `${instanceId} has the backup tag, but no EBS volume to back up`,
    `It has none, or each is tagged ${tagKey}=${EXCLUDE_VALUE}. If you want that, remove the instance's backup tag. Otherwise remove the tag of the volume, and the next run backs it up.`,
  );
}
