/** User data and UEFI variables of a restore: what is said of them is their size, and nothing else. Pure. */
import type { BlobName, LaunchBlobs } from "../vault/model/launchSpec";

export const BLOB_NAMES: readonly BlobName[] = ["userData", "uefiData"];

/** What they are called. */
export const BLOB_WORDS: Readonly<Record<BlobName, string>> = { userData: "user data", uefiData: "UEFI variables" };

/** Returns the size in bytes of what a base64 text encodes. */
export function bytesOf(base64: string): number {
  return Buffer.byteLength(base64, "base64");
}

/** Returns the blobs that are not empty: no call takes an empty one. */
export function givenBlobs(blobs: LaunchBlobs): LaunchBlobs {
  return Object.fromEntries(Object.entries(blobs).filter(([, text]) => text !== ""));
}

/** Returns sizes in bytes by name. */
export function blobSizes(blobs: LaunchBlobs): Partial<Record<BlobName, number>> {
  return Object.fromEntries(Object.entries(blobs).map(([name, text]) => [name, bytesOf(text)]));
}
