/** Every rule of the pack. */
import type { Policies } from "@pulumi/policy";
import { broadManagedPolicies, writesOnEverything } from "./rules/access";
import { bucketsAreClosed } from "./rules/buckets";
import { nothingPublic, tlsOnly } from "./rules/exposure";
import { keysAreProtected, keysRotate, keysWait } from "./rules/keys";
import { vaultTags } from "./rules/tags";
import { alarmsNotify, logGroupsExpire } from "./rules/watching";

export const RULES: Policies = [
  keysRotate,
  keysWait,
  keysAreProtected,
  bucketsAreClosed,
  nothingPublic,
  tlsOnly,
  broadManagedPolicies,
  writesOnEverything,
  logGroupsExpire,
  alarmsNotify,
  vaultTags,
];
