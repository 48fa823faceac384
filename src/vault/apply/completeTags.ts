/** Writes the tags of volumes that did not fit into the call which made the snapshots of their set. */
import type { Untagged } from "../aws/ec2Writes";
import type { Cause } from "../model/cause";
import { causeOf, meaningOf } from "../aws/errors";
import type { TagsLeftOut } from "../model/actions";

/** Errors that the next snapshot's call would meet as well. */
function isForAll(cause: Cause): boolean {
  return ["limit", "denied"].includes(meaningOf(cause));
}

/**
 * Writes what snapshots of a set lack of their volumes' tags. A snapshot that lacks them is a good one all the same, so that
 * nothing is thrown; and none is written later, since the next invocation does not look at volumes' tags.
 * @returns what could not be written, and why the first could not
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
