/** One grant of a deploy role: actions, resources, conditions. Pure. */
import type * as aws from "@pulumi/aws";

export interface Grant {
  sid: string;
  reads?: string[];
  writes?: string[];
  resources: string[];
  condition?: Statement["Condition"];
}

/** Tag of every resource of a vault. */
export const TAG = "smart-vault:vault";

export function actions(service: string, ...names: string[]): string[] {
  return names.map((name) => `${service}:${name}`);
}

export type Statement = aws.types.input.iam.PolicyStatement;
