/**
 * Makes a snapshot or copy with the vault's own tags alone where the others stand in its way: an organization's tag policy is
 * enforced by resource type, so a value that is fine on a volume may be refused on a snapshot (AWS, "Error codes for the
 * Amazon EC2 API": TagPolicyViolation, TagLimitExceeded). A backup matters more than a person's tags on it.
 */
import { causeOf } from "./errors";
import { vaultTags } from "./tags";
import type { CopyAction, SnapshotAction } from "./types";

const TAG_CODES = ["TagPolicyViolation", "TagLimitExceeded"];

function bareSnapshot(action: SnapshotAction): SnapshotAction {
  const volumes = action.volumes.map((volume) => ({ ...volume, tags: {} }));
  return { ...action, volumes, copyVolumeTags: false, tags: vaultTags(action.tags) };
}

function bareCopy(action: CopyAction): CopyAction {
  return { ...action, tags: vaultTags(action.tags) };
}

/** What was made, and why not with all tags, if so. */
export interface Tagged<T> {
  made: T;
  tagsRefused?: string;
}

async function orBare<A, T>(
  action: A,
  make: (action: A) => Promise<T>,
  bare: (action: A) => A,
): Promise<Tagged<T>> {
  try {
    return { made: await make(action) };
  } catch (error) {
    const { code, message } = causeOf(error);
    if (!TAG_CODES.includes(code)) throw error;
    return { made: await make(bare(action)), tagsRefused: `${code}: ${message}` };
  }
}

/** Makes a snapshot, if need be without the tags of instance and volumes. @throws what the call throws */
export function withSnapshotTags<T>(
  action: SnapshotAction,
  make: (action: SnapshotAction) => Promise<T>,
): Promise<Tagged<T>> {
  return orBare(action, make, bareSnapshot);
}

/** Makes a copy, if need be without the tags of instance and volume. @throws what the call throws */
export function withCopyTags<T>(
  action: CopyAction,
  make: (action: CopyAction) => Promise<T>,
): Promise<Tagged<T>> {
  return orBare(action, make, bareCopy);
}
