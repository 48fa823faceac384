/** Rules about KMS keys: without its key a copy is lost. */
import { rule, whereabouts } from "../resource";

const KEY = "aws:kms/key:Key";
/** The longest time that KMS waits (API reference, ScheduleKeyDeletion). */
const WINDOW_DAYS = 30;

export const keysRotate = rule(
  "kms-keys-rotate",
  "KMS rotates the material of every key",
  ({ type, props }, report) => {
    if (type === KEY && props.enableKeyRotation !== true) report("enableKeyRotation is not true");
  },
);

export const keysWait = rule(
  "kms-keys-wait",
  "A key's deletion can be taken back for 30 days",
  ({ type, props }, report) => {
    if (type !== KEY) return;
    // Thirty days is KMS's own default.
    const days = props.deletionWindowInDays ?? WINDOW_DAYS;
    if (days !== WINDOW_DAYS) report(`deletionWindowInDays is ${JSON.stringify(days)}, not ${WINDOW_DAYS}`);
  },
);

/** Stacks that the rule applies to: `prod`, `production`, and names that start like `prod-eu`. */
const PRODUCTION = /^prod(uction)?(?![a-z])/;

export const keysAreProtected = rule(
  "kms-keys-protected-in-production",
  "No update deletes a key of a production stack",
  ({ type, urn, protect }, report) => {
    if (type !== KEY || !PRODUCTION.test(whereabouts(urn).stack)) return;
    if (!protect) report("the key is not protected: set protectKeys to true");
  },
);
