/**
 * Access to a resource for the rules. Pulumi's own types for its inputs are `any`; here they are `unknown` until
 * checked.
 */
import type { ResourceValidation, ResourceValidationPolicy } from "@pulumi/policy";

export type Props = Readonly<Record<string, unknown>>;

/** One resource as a rule sees it. */
export interface Resource {
  /** Pulumi's type token, such as `aws:kms/key:Key`. */
  type: string;
  props: Props;
  /** `urn:pulumi:<stack>::<project>::<types>::<name>` */
  urn: string;
  protect: boolean;
}

/** Reports what is wrong with a resource. */
export type Report = (message: string) => void;

/** Makes a rule that looks at one resource at a time; `check` reports what is wrong with it. */
export function rule(
  name: string,
  description: string,
  check: (resource: Resource, report: Report) => void,
): ResourceValidationPolicy {
  const validateResource: ResourceValidation = ({ type, props, urn, opts }, reportViolation) => {
    check({ type, props: props as Props, urn, protect: opts.protect }, (message) => {
      reportViolation(message);
    });
  };
  return { name, description, validateResource };
}

/** Returns a resource's stack and project, from its URN. */
export function whereabouts(urn: string): { stack: string; project: string } {
  const [head = "", project = ""] = urn.split("::");
  return { stack: head.split(":").pop() ?? "", project };
}

/** Returns the elements of a list that may be missing; a single value counts as a list of one (as in IAM's JSON). */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

export function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
