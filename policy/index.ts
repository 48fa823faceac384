/**
 * The policy pack: `pulumi preview --policy-pack policy`. Its constructor starts a server, so only Pulumi loads this
 * file; tests load rules.ts.
 */
import { PolicyPack } from "@pulumi/policy";
import { RULES } from "./rules";

new PolicyPack("smart-vault", { policies: RULES, enforcementLevel: "mandatory" });
