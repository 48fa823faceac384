/** Rules about permissions: least privilege. */
import { type Statement, conditionKeys, statementsOf } from "../documents";
import { type Resource, isObject, listOf, rule } from "../resource";

/** AWS's own policies for a whole service, or for all of them. */
const BROAD = /(FullAccess|AdministratorAccess|PowerUserAccess)$/;

/** Returns the ARNs of the managed policies that a role has, or that an attachment gives it. */
function managedPolicies({ type, props }: Resource): string[] {
  if (!type.startsWith("aws:iam/")) return [];
  return [...listOf(props.managedPolicyArns), ...listOf(props.policyArn)].map(String);
}

export const broadManagedPolicies = rule(
  "iam-no-broad-managed-policies",
  "No role has AWS's FullAccess, PowerUser or Administrator policies",
  (resource, report) => {
    for (const arn of managedPolicies(resource)) {
      if (BROAD.test(arn)) report(`${arn} is for more than a vault needs`);
    }
  },
);

/** Identity policies: their `Resource` is another resource. A key's or a topic's own policy refers to itself by `*`. */
const IDENTITY = new Set([
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
]);

function identityDocuments({ type, props }: Resource): unknown[] {
  if (IDENTITY.has(type)) return [props.policy];
  if (type !== "aws:iam/role:Role") return [];
  return listOf(props.inlinePolicies).map((inline) => (isObject(inline) ? inline.policy : {}));
}

/** Actions that change nothing, by AWS's naming. */
const READ = /^[\w-]+:(Describe|Get|List|Lookup|View)/;
/** Writes for which AWS defines no resource, so that only `*` is possible. */
const WITHOUT_RESOURCE = /^(sns:(SetSubscriptionAttributes|Unsubscribe)|xray:Put(TelemetryRecords|TraceSegments))$/;
/** Condition keys that narrow a statement on `*`: to what has a tag or is created with one, or to one function's mappings. */
const NARROWING = /^((aws:ResourceTag|aws:RequestTag|[\w-]+:ResourceTag)\/|lambda:FunctionArn$)/;

function violationOf(statement: Statement): string | undefined {
  const { label, allows, actions, resources, isInverted } = statement;
  if (!allows) return undefined;
  if (isInverted) return `${label} allows all but what it names`;
  const whole = actions.find((action) => /^(\*|[\w-]+:\*)$/.test(action));
  if (whole !== undefined) return `${label} allows ${whole}`;
  if (!resources.includes("*") || conditionKeys(statement).some((key) => NARROWING.test(key))) {
    return undefined;
  }
  const write = actions.find((action) => !READ.test(action) && !WITHOUT_RESOURCE.test(action));
  return write === undefined ? undefined : `${label} allows ${write} on everything`;
}

export const writesOnEverything = rule(
  "iam-no-write-on-everything",
  "Policies name their actions, and what they write to",
  (resource, report) => {
    for (const document of identityDocuments(resource)) {
      for (const statement of statementsOf(document)) {
        const violation = violationOf(statement);
        if (violation !== undefined) report(violation);
      }
    }
  },
);
