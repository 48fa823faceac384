/** Whose a snapshot is: by its Description, and by whether somebody has changed its tags since. */
import { parseDescription, tagsDigest } from "../../src/vault/identity/description";
import { TAG, copyExpiredTag } from "../../src/vault/model/tags";
import type { Identity } from "../../src/vault/model/identity";
import { type Account, type SimSnapshot, type TagRecord, touched, twinsOf } from "./account";

/** What the vault made and nobody has changed: what somebody wrote a tag of the vault's on is to be left alone. */
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

/** What the vault made, whatever became of its tags. */
export function isMade(account: Account, snapshot: SimSnapshot): boolean {
  return !snapshot.planted && identityOf(snapshot)?.vaultId === account.settings.vaultId;
}

/** What the vault made and somebody changed. */
export function isTampered(account: Account, snapshot: SimSnapshot): boolean {
  if (snapshot.deleted || !isMade(account, snapshot) || isVaults(account, snapshot)) return false;
  // What is left of a try that failed holds nothing: it goes as it would, while it carries the vault's tag.
  return snapshot.state !== "error" || snapshot.tags[TAG.vault] !== account.settings.vaultId;
}

/** Somebody writes its tags. */
export function tamper(account: Account, snapshot: SimSnapshot, tags: TagRecord): void {
  snapshot.tags = tags;
  snapshot.untagged = true;
  snapshot.tamperedMs = account.time.nowMs();
  touched(account, snapshot);
  if (!isVaults(account, snapshot)) {
    snapshot.lostMs ??= account.time.nowMs();
    snapshot.lostTo ??= "person";
  } else if (snapshot.lostTo === "person") {
    // Its own tags again: it is the vault's to count again.
    snapshot.lostMs = undefined;
    snapshot.lostTo = undefined;
  }
}

/** What its Description says that it is: for the vault's own alone. */
export function identityOf({ description }: SimSnapshot): Identity | undefined {
  return parseDescription(description)?.identity;
}

/** Whether anybody marked it or a twin of its slot, be that one gone. */
export function isSaidExpired(account: Account, snapshot: SimSnapshot, region: string): boolean {
  const tag = copyExpiredTag(region);
  return twinsOf(account, snapshot).some(({ tags }) => tags[tag] !== undefined);
}
