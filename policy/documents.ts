/** IAM's policy documents, as resources have them: JSON text, or the same as an object. */
import { type Props, isObject, listOf } from "./resource";

export interface Statement {
  /** `Sid`, or its place where it has none. */
  label: string;
  allows: boolean;
  actions: string[];
  resources: string[];
  principals: string[];
  /** By operator, as in the document. */
  condition: Props;
  /** Has `NotAction`, `NotResource` or `NotPrincipal`: says what is left out, and so means everything else. */
  isInverted: boolean;
}

function texts(value: unknown): string[] {
  return listOf(value).filter((item): item is string => typeof item === "string");
}

function principalsOf(value: unknown): string[] {
  return isObject(value) ? Object.values(value).flatMap(texts) : texts(value);
}

/**
 * @param document what is to be a policy document; nothing at all has no statements
 * @throws SyntaxError on text that is no JSON
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

/** The condition keys that a statement looks at, without what it wants of them. */
export function conditionKeys({ condition }: Statement): string[] {
  return Object.values(condition).flatMap((tests) => (isObject(tests) ? Object.keys(tests) : []));
}
