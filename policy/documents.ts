/** IAM policy documents as resources have them: JSON text, or the same as an object. */
import { type Props, isObject, listOf } from "./resource";

export interface Statement {
  /** `Sid`, or its position if it has none. */
  label: string;
  allows: boolean;
  actions: string[];
  resources: string[];
  principals: string[];
  /** By operator, as in the document. */
  condition: Props;
  /**
   * True with `NotAction`, `NotResource` or `NotPrincipal`: the statement names exceptions, and so covers everything
   * else.
   */
  isInverted: boolean;
}

function texts(value: unknown): string[] {
  return listOf(value).filter((item): item is string => typeof item === "string");
}

function principalsOf(value: unknown): string[] {
  return isObject(value) ? Object.values(value).flatMap(texts) : texts(value);
}

/**
 * @param document a policy document; `undefined` has no statements
 * @throws SyntaxError for text that is not JSON
 */
export function statementsOf(document: unknown): Statement[] {
  const parsed: unknown = typeof document === "string" ? JSON.parse(document) : document;
  if (!isObject(parsed)) return [];
  return listOf(parsed.Statement)
    .filter(isObject)
    .map((raw, index) => ({
      label: typeof raw.Sid === "string" ? raw.Sid : `statement ${index + 1}`,
      allows: raw.Effect === "Allow",
      actions: texts(raw.Action),
      resources: texts(raw.Resource),
      principals: principalsOf(raw.Principal),
      condition: isObject(raw.Condition) ? raw.Condition : {},
      isInverted: ["NotAction", "NotResource", "NotPrincipal"].some((key) => key in raw),
    }));
}

/** Returns the condition keys of a statement, without their operators and values. */
export function conditionKeys({ condition }: Statement): string[] {
  return Object.values(condition).flatMap((tests) => (isObject(tests) ? Object.keys(tests) : []));
}
