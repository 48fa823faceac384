/**
 * Handles tags that AWS refuses. An organization's tag policy is enforced per resource type, so AWS may refuse a value
 * on a snapshot that it accepts on the volume. A backup without a person's tags is better than none. So the call is
 * made again with only the vault's own tags, and a person is notified.
 */
import type { Cause } from "../model/cause";
import { causeOf } from "../aws/errors";
import { INSTANCE_TAG_PREFIX, TAG_PREFIX } from "../model/tags/tags";
import type { CopyAction, SnapshotAction, TagsLeftOut } from "../model/actions";
import type { Tags } from "../model/world";

const CODES: readonly string[] = ["TagPolicyViolation", "TagLimitExceeded"];

export function isTagTrouble({ code }: Cause): boolean {
  return CODES.includes(code);
}

/** Returns the tags that the vault works by, and those of the stack's configuration. */
function ownTags(tags: Tags, configured: Tags): Tags {
  const isOwn = (key: string) =>
    Object.hasOwn(configured, key) || (key.startsWith(TAG_PREFIX) && !key.startsWith(INSTANCE_TAG_PREFIX));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => isOwn(key)));
}

/** Returns the same action without the tags of instance and volumes. */
export function withOwnTags<A extends SnapshotAction | CopyAction>(action: A, configured: Tags): A {
  const tags = ownTags(action.tags, configured);
  // No room is left for a volume's tags, so the calls add none.
  return action.kind === "snapshot" ? { ...action, tags, copyVolumeTags: false, maxTags: 0 } : { ...action, tags };
}

/**
 * Executes an action. If AWS refuses its tags, executes it once more with only the vault's own tags. AWS did nothing
 * the first time, so nothing is made twice.
 * @param configured the stack's `tags`
 * @throws the error of the last call
 */
export async function orWithOwnTags<A extends SnapshotAction | CopyAction, T>(
  action: A,
  configured: Tags,
  call: (action: A) => Promise<T>,
): Promise<{ made: T; tagsLeftOut?: TagsLeftOut }> {
  try {
    return { made: await call(action) };
  } catch (error) {
    const cause = causeOf(error);
    if (!isTagTrouble(cause)) throw error;
    const made = await call(withOwnTags(action, configured));
    return { made, tagsLeftOut: { code: cause.code, message: cause.message } };
  }
}
