/**
 * Checks that AWS accepts every name made from a vault's id (src/iam/names.ts). An id is permanent, so an id that makes
 * a bad name for a trail is refused even if there is no trail yet. Pure.
 */

/** Names of Lambda, Scheduler, EventBridge and IAM hold 64 characters; the longest suffix is `-key-events`. */
const MAX_VAULT_ID = 48;

/**
 * Lambda, SNS and KMS accept no dot. CloudTrail requires a letter or digit first and last, and no two of `-` and `_`
 * next to each other (CloudTrail user guide, "Naming requirements").
 */
const VAULT_ID = /^[a-z0-9]+([-_][a-z0-9]+)*$/i;

/**
 * S3 reserves these prefixes, and the audit bucket's name begins as the id does (S3 user guide, "Bucket naming rules").
 */
const RESERVED = ["xn--", "sthree-", "amzn-s3-demo-"];

/** @returns the expected form of project and stack; `undefined` for a valid id */
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
