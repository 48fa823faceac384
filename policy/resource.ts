/** How rules look at a resource. Pulumi's own types for its inputs are `any`; here they are `unknown` until looked at. */
import type { ResourceValidation, ResourceValidationPolicy } from "@pulumi/policy";

export type Props = Readonly<Record<string, unknown>>;

/** What a rule is given of one resource. */
export interface Resource {
  /** Pulumi's type token, such as `aws:kms/key:Key`. */
  type: string;
  props: Props;
  /** `urn:pulumi:<stack>::<project>::<types>::<name>` */
  urn: string;
  protect: boolean;
}

export type Tell = (message: string) => void;

/** A rule about one resource at a time; `check` tells what is wrong with it. */
export function rule(
  name: string,
  description: string,
  check: (resource: Resource, tell: Tell) => void,
): ResourceValidationPolicy {
  const validateResource: ResourceValidation = ({ type, props, urn, opts }, report) => {
    check({ type, props: props as Props, urn, protect: opts.protect }, (message) => {
      report(message);
    });
  };
  return { name, description, validateResource };
}

/** Where a resource is: its stack and project, out of its URN. */
export function whereabouts(urn: string): { stack: string; project: string } {
  const [head = "", project = ""] = urn.split("::");
  return { stack: head.split(":").pop() ?? "", project };
}

/** The elements of a list that may be missing, or the one value that stands for a list of one (as in IAM's JSON). */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

export function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
