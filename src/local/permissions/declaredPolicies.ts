/** The policies that a deployed program declares and that AWS evaluates for a call of its function. */
import type { KeyPolicy as ResourcePolicy } from "../../iam/keyAccess";
import type { IamPolicy } from "../../iam/evaluator";
import { type Declared, type Program, theResource } from "../deploy/declared";

export interface DeclaredPolicies {
  roleArn: string;
  functionName: string;
  /** All statements of the role's own policies. */
  role: IamPolicy;
  /** By the ARN of the topic or bucket. */
  resources: ReadonlyMap<string, ResourcePolicy>;
  /** ARN of the key that each bucket encrypts with, by the bucket's name. */
  bucketKeys: ReadonlyMap<string, string>;
}

const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
/** They would add to the role's permissions. */
const NOT_MODELLED = ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policyAttachment:PolicyAttachment"];

function parsed(declared: Declared): IamPolicy & ResourcePolicy {
  return JSON.parse(String(declared.inputs.policy)) as IamPolicy & ResourcePolicy;
}

interface EncryptionRule {
  applyServerSideEncryptionByDefault?: { kmsMasterKeyId?: string };
}

/** @throws where the program gives its function's role permissions in a way that is not modelled */
export function policiesOf(program: Program, partition: string): DeclaredPolicies {
  const ofType = (type: string) => program.declared.filter((one) => one.type === type);
  const lambda = theResource(program, "aws:lambda/function:Function");
  const roleArn = String(lambda.inputs.role);
  const roleName = roleArn.split("/").pop() ?? "";
  const other = program.declared.find(({ type }) => NOT_MODELLED.includes(type));
  if (other !== undefined) throw new Error(`${other.type} is not modelled`);
  const ofRole = ofType(ROLE_POLICY).filter(({ inputs }) => inputs.role === roleName);
  const topics = ofType(TOPIC_POLICY).map((one) => [String(one.inputs.arn), parsed(one)] as const);
  const buckets = ofType(BUCKET_POLICY).map(
    (one) => [`arn:${partition}:s3:::${String(one.inputs.bucket)}`, parsed(one)] as const,
  );
  const keys = ofType(ENCRYPTION).map(({ inputs }) => {
    const [rule] = inputs.rules as EncryptionRule[];
    const keyArn = rule?.applyServerSideEncryptionByDefault?.kmsMasterKeyId ?? "";
    return [String(inputs.bucket), keyArn] as const;
  });
  return {
    roleArn,
    functionName: String(lambda.inputs.name),
    role: { Statement: ofRole.flatMap((one) => parsed(one).Statement) },
    resources: new Map([...topics, ...buckets]),
    bucketKeys: new Map(keys),
  };
}
