/** Decides whose a snapshot is, by its Description and by whether somebody changed its tags since. */
import { parseDescription, tagsDigest } from "../../../src/vault/identity/description";
import { TAG, copyExpiredTag } from "../../../src/vault/model/tags/tags";
import { type Account, type SimSnapshot, type TagRecord, identityOf, touched, twinsOf } from "./account";

/** Returns true if the vault made it and nobody has changed its tags. The vault must leave changed ones alone. */
export function isVaults(account: Account, snapshot: SimSnapshot): boolean {
  const { tags, description, planted } = snapshot;
  if (planted) return false;
  if (snapshot.checked?.tags !== tags) {
    const made = parseDescription(description);
    const isVaults = made?.identity.vaultId === account.settings.vaultId && made.digest === tagsDigest(tags);
    snapshot.checked = { tags, isVaults };
  }
  return snapshot.checked.isVaults;
}

/** Returns true if the vault made it, whatever happened to its tags. */
export function isMade(account: Account, snapshot: SimSnapshot): boolean {
  return !snapshot.planted && identityOf(snapshot)?.vaultId === account.settings.vaultId;
}

/** Returns true if the vault made it and somebody changed it. */
export function isTampered(account: Account, snapshot: SimSnapshot): boolean {
  if (snapshot.deleted || !isMade(account, snapshot) || isVaults(account, snapshot)) return false;
  // A failed attempt holds no data, so it is deleted as usual while it carries the vault's tag.
  return snapshot.state !== "error" || snapshot.tags[TAG.vault] !== account.settings.vaultId;
}

/** Writes its tags as somebody else. */
export function tamper(account: Account, snapshot: SimSnapshot, tags: TagRecord): void {
  snapshot.tags = tags;
  snapshot.untagged = true;
  snapshot.tamperedMs = account.time.nowMs();
  touched(account, snapshot);
  if (!isVaults(account, snapshot)) {
    snapshot.lostMs ??= account.time.nowMs();
    snapshot.lostTo ??= "person";
  } else if (snapshot.lostTo === "person") {
    // It has its own tags again, so it counts for the vault again.
    snapshot.lostMs = undefined;
    snapshot.lostTo = undefined;
  }
}

/** Returns true if anybody wrote a copy-expired tag on it or on a twin of its slot, even a deleted one. */
export function isSaidExpired(account: Account, snapshot: SimSnapshot, region: string): boolean {
  const tag = copyExpiredTag(region);
  return twinsOf(account, snapshot).some(({ tags }) => tags[tag] !== undefined);
}
