/**
 * Tags that AWS refuses. An organization's tag policy is enforced by resource type, so that a value which is fine on a
 * volume may be refused on its snapshot. A backup without a person's tags is better than none, so the call is made
 * again with the vault's own alone, and a person is notified.
 */
import type { Cause } from "../model/cause";
import { causeOf } from "../aws/errors";
import { INSTANCE_TAG_PREFIX, TAG_PREFIX } from "../model/tags";
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
  // No room for a volume's tags: the calls add none.
  return action.kind === "snapshot" ? { ...action, tags, copyVolumeTags: false, maxTags: 0 } : { ...action, tags };
}

/**
 * Carries out an action; where AWS refuses its tags, once more with the vault's own tags alone. AWS did nothing the
 * first time, so nothing is made twice.
 * @param configured the stack's `tags`
 * @throws what the last call throws
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
