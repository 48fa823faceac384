/**
 * What a vault's id must be so that AWS takes every name that is made of it (src/iam/names.ts). An id is for good: one
 * that makes a bad name for a trail is refused though there is no trail yet. Pure.
 */

/** Names of Lambda, Scheduler, EventBridge and IAM hold 64 characters; the longest suffix is `-key-events`. */
const MAX_VAULT_ID = 48;

/**
 * Lambda, SNS and KMS take no dot; CloudTrail wants a letter or digit first and last, and no two of `-` and `_` beside each
 * other (CloudTrail user guide, "Naming requirements").
 */
const VAULT_ID = /^[a-z0-9]+([-_][a-z0-9]+)*$/i;

/** S3 keeps these for itself, and the audit bucket's name begins as the id does (S3 user guide, "Bucket naming rules"). */
const RESERVED = ["xn--", "sthree-", "amzn-s3-demo-"];

/** @returns what was expected of project and stack instead; `undefined` for a good id */
export function vaultIdError(vaultId: string): string | undefined {
  if (vaultId.length > MAX_VAULT_ID || !/^[\w-]*$/.test(vaultId)) {
    return `project and stack in ${MAX_VAULT_ID} letters, digits, - and _`;
  }
  if (!VAULT_ID.test(vaultId)) {
    return "a letter or digit at both ends of project and stack, and one between each two of - and _, since CloudTrail takes no other name for a trail";
  }
  const reserved = RESERVED.find((prefix) => vaultId.toLowerCase().startsWith(prefix));
  return reserved && `a project that does not begin with ${reserved}, which S3 keeps for itself`;
}
