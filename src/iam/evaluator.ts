/**
 * Decides whether a policy allows a request, as far as this project's policies need it: actions and resources with
 * wildcards, IAM's `${*}` for a literal asterisk, and a handful of condition operators. It throws at anything else, so
 * that a new policy cannot pass because it was misread. (AWS, "Policy evaluation logic", "IAM JSON policy elements:
 * Condition operators", "… variables and tags".)
 */
export interface IamRequest {
  /** `ec2:CopySnapshot` */
  action: string;
  /** An ARN; `*` for a call for which AWS defines no resource, and inside an ARN for a resource without an id yet. */
  resource: string;
  /** Condition keys with their values; a key that the request does not have is absent. */
  context: Readonly<Record<string, string | readonly string[]>>;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface IamStatement {
  Sid?: string;
  Effect: string;
  Action: string | readonly string[];
  Resource: string | readonly string[];
  Condition?: Conditions;
}

export interface IamPolicy {
  Statement: readonly IamStatement[];
}

/** `denied`: a statement denies it. `unmentioned`: no statement covers it, so it is refused too. */
export type Decision = "allowed" | "denied" | "unmentioned";

type Check = (request: IamRequest) => boolean;

function listed<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === "string" ? [value] : value;
}

const SPECIAL = /\$\{([*?$])\}|([*?])|([.+^$|()[\]{}\\])/g;

/** Compiles a pattern of IAM's to a regular expression: `*` and `?` are wildcards, `${*}` is an asterisk. */
function wildcard(pattern: string, flags = ""): RegExp {
  const source = pattern.replace(SPECIAL, (_all, literal?: string, wild?: string, plain?: string) => {
    if (literal !== undefined) return `\\${literal}`;
    if (wild !== undefined) return wild === "*" ? ".*" : ".";
    return `\\${plain ?? ""}`;
  });
  return new RegExp(`^${source}$`, `s${flags}`);
}

function anyMatch(patterns: readonly RegExp[]): (text: string) => boolean {
  return (text) => patterns.some((pattern) => pattern.test(text));
}

/** Returns a text with `${*}`, `${?}` and `${$}` replaced by the literal character. Other variables are not modeled. */
function literal(text: string): string {
  const plain = text.replace(/\$\{([*?$])\}/g, "$1");
  if (text.includes("${") && plain === text) throw new Error(`the variable in ${text} is not modelled`);
  return plain;
}

/** Returns the test of one operator for a single value. */
function matcher(operator: string, wanted: readonly string[]): (value: string) => boolean {
  switch (operator) {
    case "StringEquals":
    case "Bool": {
      const literals = wanted.map(literal);
      return (value) => literals.includes(value);
    }
    case "StringLike":
    case "ArnLike":
      return anyMatch(wanted.map((pattern) => wildcard(pattern)));
    case "StringNotLike": {
      const matches = anyMatch(wanted.map((pattern) => wildcard(pattern)));
      return (value) => !matches(value);
    }
    case "NumericLessThanEquals":
      return (value) => wanted.some((most) => Number(value) <= Number(most));
    default:
      throw new Error(`IAM condition operator ${operator} is not modelled`);
  }
}

/** Returns the values of a condition key. Keys are compared without case, their values with it. */
function contextValue(request: IamRequest, key: string): readonly string[] | undefined {
  const direct = request.context[key];
  if (direct !== undefined) return listed(direct);
  const lower = key.toLowerCase();
  for (const [name, value] of Object.entries(request.context)) {
    if (name.toLowerCase() === lower) return listed(value);
  }
  return undefined;
}

function condition(operator: string, key: string, wanted: readonly string[]): Check {
  const [quantifier, plain] = operator.includes(":") ? operator.split(":", 2) : ["", operator];
  if (operator === "Null") {
    // `"true"`: the key must be absent; `"false"`: present.
    return (request) => wanted.includes(String(contextValue(request, key) === undefined));
  }
  const matches = matcher(plain ?? "", wanted);
  const isNegated = plain === "StringNotLike";
  if (isNegated && quantifier === "ForAnyValue") throw new Error(`IAM condition operator ${operator} is not modelled`);
  switch (quantifier) {
    case "":
      // An absent key satisfies a negated operator, and never a positive one.
      return (request) => contextValue(request, key)?.some(matches) ?? isNegated;
    case "ForAnyValue":
      return (request) => contextValue(request, key)?.some(matches) ?? false;
    case "ForAllValues":
      // An absent key satisfies this: IAM says so.
      return (request) => contextValue(request, key)?.every(matches) ?? true;
    default:
      throw new Error(`IAM condition operator ${operator} is not modelled`);
  }
}

function conditions(given: Conditions = {}): Check {
  const checks = Object.entries(given).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, wanted]) => condition(operator, key, listed(wanted))),
  );
  return (request) => checks.every((check) => check(request));
}

interface Compiled {
  effect: string;
  speaksOf: Check;
}

function compileStatement(statement: IamStatement): Compiled {
  const action = anyMatch(listed(statement.Action).map((pattern) => wildcard(pattern, "i")));
  const resource = anyMatch(listed(statement.Resource).map((pattern) => wildcard(pattern)));
  const fulfilled = conditions(statement.Condition);
  return {
    effect: statement.Effect,
    speaksOf: (request) => action(request.action) && resource(request.resource) && fulfilled(request),
  };
}

/** Compiles a policy to a function that decides requests. A statement that denies outweighs every one that allows. */
export function compilePolicy(policy: IamPolicy): (request: IamRequest) => Decision {
  const statements = policy.Statement.map(compileStatement);
  return (request) => {
    const speaking = statements.filter(({ speaksOf }) => speaksOf(request));
    if (speaking.some(({ effect }) => effect === "Deny")) return "denied";
    return speaking.some(({ effect }) => effect === "Allow") ? "allowed" : "unmentioned";
  };
}
