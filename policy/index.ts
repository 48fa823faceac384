/**
 * The policy pack: `pulumi preview --policy-pack policy`. Its constructor starts a server, so nothing but Pulumi loads
 * this file; tests load rules.ts.
 */
import { PolicyPack } from "@pulumi/policy";
import { RULES } from "./rules";

new PolicyPack("smart-vault", { policies: RULES, enforcementLevel: "mandatory" });
