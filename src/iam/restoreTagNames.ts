/**
 * The tags by which policies know what a restore made, and the role of what it took off,
 * as src/restore/restoreTags.ts writes them; the tests compare. The bootstrap reads this too, so it imports nothing.
 */
export const RESTORE_ID = "smart-vault:restore";
export const RESTORE_ROLE = "smart-vault:restore-role";
/** Role of a volume that was taken off an instance. */
export const OLD_ROLES = "old:*";
