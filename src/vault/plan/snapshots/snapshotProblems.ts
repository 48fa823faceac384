/** Composes what a person reads about instances that could not be backed up, or not as they ask. Pure text. */
import { type OverrideError, overridesOf } from "../../retention/tagOverrides";
import { EXCLUDE_VALUE } from "../../model/tags";
import type { AttachedVolume, ProtectedInstance } from "../../model/world";
import type { CoreSettings } from "../../model/settings";
import { type Problem, problem } from "../../model/problem";

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
    `${instanceId} has no snapshot of ${volumes} for ${slot}: none could be made in its time, ${startWindowHours} hours or until the next slot`,
    "The log says why it was deferred. The next scheduled run takes new ones; a run started by hand does so at once.",
  );
}

export function noInstances({ tagKey, policies, primaryRegion }: CoreSettings): Problem {
  const tag = `${tagKey}=${Object.keys(policies).join("|")}`;
  return problem(
    "no-instances",
    tag,
    `no instance in ${primaryRegion} has the tag ${tag}: nothing was backed up`,
    "Tag keys and values are case-sensitive. Tag the instances, or set tagKey and tagValue (or policies) to what they carry.",
  );
}

export function overrideProblems({ instanceId, tags }: ProtectedInstance, settings: CoreSettings): Problem[] {
  const { errors } = overridesOf(tags, settings);
  return errors.map(({ key, value, expected }: OverrideError) =>
    problem(
      "bad-override",
      `${instanceId}/${key}`,
      `${instanceId} has the tag ${key}=${value}, expected ${expected}: the policy's own rule is used`,
      "Correct the tag, or raise overrideMax. To permit a tag that shortens what its policy keeps, set overrideMin.",
    ),
  );
}

export function nothingToSnapshot({ instanceId }: ProtectedInstance, { tagKey }: CoreSettings): Problem {
  return problem(
    "no-volumes",
    instanceId,
    `${instanceId} has the backup tag, but no EBS volume to back up`,
    `It has none, or each is tagged ${tagKey}=${EXCLUDE_VALUE}. If you want that, remove the backup tag.`,
  );
}
