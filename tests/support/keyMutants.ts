/** Makes plausible mistakes in a key's policy, statement by statement; each must make rows of the table fail. */
import { ACCOUNT_ID } from "../../src/local/account/accountId";
import type { KeyPolicy, KeyStatement } from "../../src/iam/keyAccess";

type Mutant = [name: string, policy: KeyPolicy];
type Condition = NonNullable<KeyStatement["Condition"]>;

const ACCOUNT = { AWS: `arn:aws:iam::${ACCOUNT_ID}:root` };

/** Removes one key of one operator from a condition, with the operator if no key is left. */
function without(condition: Condition, operator: string, key: string): Condition {
  const rest = Object.entries(condition[operator] ?? {}).filter(([name]) => name !== key);
  const others = Object.entries(condition).filter(([name]) => name !== operator);
  return {
    ...Object.fromEntries(others),
    ...(rest.length > 0 && { [operator]: Object.fromEntries(rest) }),
  };
}

/** Widens `ec2.us-west-2.amazonaws.com` to that service anywhere, and to any service there. */
function widerServices(service: string): string[] {
  const [name = "", region = ""] = service.split(".");
  return [`${name}.*.amazonaws.com`, `*.${region}.amazonaws.com`];
}

/** Returns conditions that are missing or weaker. */
function looserConditions(condition: Condition): [how: string, condition: Condition][] {
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, value]): [string, Condition][] => {
      const rest = without(condition, operator, key);
      const gone: [string, Condition] = [`without ${key}`, rest];
      if (key === "kms:GrantIsForAWSResource") {
        return [gone, [`with ${key} false`, { ...rest, [operator]: { [key]: "false" } }]];
      }
      if (key !== "kms:ViaService") return [gone];
      const wider = new Set([value].flat().flatMap(widerServices));
      return [
        gone,
        ...[...wider].map((pattern): [string, Condition] => [
          `through ${pattern}`,
          { ...rest, StringLike: { [key]: pattern } },
        ]),
      ];
    }),
  );
}

function covers(pattern: string, action: string): boolean {
  return pattern.endsWith("*") ? action.startsWith(pattern.slice(0, -1)) : action === pattern;
}

/** Returns the statements that may replace one. */
function variants(statement: KeyStatement): [how: string, statements: KeyStatement[]][] {
  const actions = [statement.Action].flat();
  const isForAccount = JSON.stringify(statement.Principal) === JSON.stringify(ACCOUNT);
  const one = (how: string, changed: Partial<KeyStatement>): [string, KeyStatement[]] => [
    how,
    [{ ...statement, ...changed }],
  ];
  return [
    ["gone", []],
    one("denied", { Effect: "Deny" }),
    one("for everybody", { Principal: "*" }),
    ...(isForAccount ? [] : [one("for the account", { Principal: ACCOUNT })]),
    one("with kms:*", { Action: "kms:*" }),
    ...["kms:Create*", "kms:Encrypt", "kms:PutKeyPolicy"]
      .filter((action) => !actions.some((own) => covers(own, action)))
      .map((action) => one(`with ${action}`, { Action: [...actions, action] })),
    ...(actions.length === 1
      ? []
      : actions.map((action) => one(`without ${action}`, { Action: actions.filter((other) => other !== action) }))),
    ...looserConditions(statement.Condition ?? {}).map(([how, Condition]) => one(how, { Condition })),
  ];
}

export function keyMutants(policy: KeyPolicy): Mutant[] {
  return policy.Statement.flatMap((statement, index) =>
    variants(statement).map(([how, changed]): Mutant => {
      const Statement = policy.Statement.toSpliced(index, 1, ...changed);
      return [`${statement.Sid ?? index} ${how}`, { Statement }];
    }),
  );
}
