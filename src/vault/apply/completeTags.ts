/** Writes the volume tags that did not fit into the call that made the snapshots of a set. */
import type { Untagged } from "../aws/ec2Writes";
import type { Cause } from "../model/cause";
import { causeOf, meaningOf } from "../aws/errors";
import type { TagsLeftOut } from "../model/actions";

/** Decides whether the next snapshot's call would meet the same error. */
function isForAll(cause: Cause): boolean {
  return ["limit", "denied"].includes(meaningOf(cause));
}

/**
 * Writes the volume tags that snapshots of a set lack. A snapshot without them is complete all the same, so nothing is
 * thrown. None is written later, because the next invocation does not look at the tags of volumes.
 * @returns the snapshots whose tags could not be written, and the first cause
 */
export async function completeTags(
  untagged: readonly Untagged[],
  write: (one: Untagged) => Promise<void>,
): Promise<TagsLeftOut | undefined> {
  const left: string[] = [];
  let first: Cause | undefined;
  let isOver = false;
  for (const one of untagged) {
    if (isOver) {
      left.push(one.snapshotId);
      continue;
    }
    try {
      await write(one);
    } catch (error) {
      const cause = causeOf(error);
      first ??= cause;
      isOver = isForAll(cause);
      left.push(one.snapshotId);
    }
  }
  return first && { code: first.code, message: first.message, snapshotIds: left };
}
