/**
 * Tests both roles of a stack, as the bootstrap declares them, with all that Pulumi's back end asks of a bucket in S3.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type IamPolicy, type IamRequest, compilePolicy } from "../../src/iam/evaluator";
import { type DeclaredProgram, declareProgram } from "../support/deliveryProgram";
import { LAYOUT_VERSION, layoutRequests } from "../support/diyLayout";
import { ROOT, policyOf } from "../support/stackProgram";

const BUCKET = "arn:aws:Bucket:state";
const KEY = "arn:aws:Key:state";

let program: DeclaredProgram;

beforeAll(async () => {
  program = await declareProgram("bootstrap", "main", {
    "aws:region": "us-east-1",
    githubRepository: "acme/vault",
    githubOwnerId: "123456",
    githubRepositoryId: "456789",
    stateBucket: "acme-vault-state",
  });
});

/** Returns the requests that a role of prod is not allowed. */
function refused(role: "deploy" | "preview", requests: readonly IamRequest[]): string[] {
  const inputs = program.inputs("aws:iam/rolePolicy:RolePolicy", `smart-vault-prod-${role}`);
  const decide = compilePolicy(policyOf(inputs) as unknown as IamPolicy);
  return requests.filter((one) => decide(one) !== "allowed").map(lineOf);
}

const lineOf = ({ action, resource }: IamRequest) => `${action} ${resource}`;
const { reading, writing } = layoutRequests(BUCKET, "smart-vault", "prod");

test("knows the layout of the pinned CLI", () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  expect(LAYOUT_VERSION.cli).toBe(devDependencies.pulumi);
});

test("allows the deploy role all that the back end asks for its stack", () => {
  expect(refused("deploy", [...reading, ...writing])).toStrictEqual([]);
});

test("allows the preview role to read its stack's state, tags and history", () => {
  expect(refused("preview", reading)).toStrictEqual([]);
});

test("does not allow the preview role to write or delete any of it", () => {
  const changes = writing.filter(({ action }) => /Put|Delete/.test(action));
  expect(changes.length).toBeGreaterThan(30);
  expect(refused("preview", changes)).toStrictEqual(changes.map(lineOf));
});

test.each(["dev", "prod2", "pro", "production"])(
  "does not allow either role to read or write the state of stack %s",
  (stack) => {
    const other = layoutRequests(BUCKET, "smart-vault", stack);
    const objects = [...other.reading, ...other.writing].filter(
      ({ resource }) => resource !== BUCKET && !resource.endsWith("/meta.yaml"),
    );
    expect(objects.length).toBeGreaterThan(40);
    for (const role of ["deploy", "preview"] as const) {
      expect(refused(role, objects)).toStrictEqual(objects.map(lineOf));
    }
  },
);

test("allows neither role another project's stack of the same name, nor changes of the layout's version", () => {
  const other = layoutRequests(BUCKET, "smart-vault-bootstrap", "prod");
  const objects = [...other.reading, ...other.writing].filter(
    ({ resource }) => resource !== BUCKET && !resource.endsWith("/meta.yaml"),
  );
  const meta = {
    action: "s3:PutObject",
    resource: `${BUCKET}/.pulumi/meta.yaml`,
    context: {},
  };
  for (const role of ["deploy", "preview"] as const) {
    expect(refused(role, [...objects, meta])).toHaveLength(objects.length + 1);
  }
});

test("allows both roles to decrypt the state, and only the deploy role to encrypt it", () => {
  const key = (action: string) => ({ action: `kms:${action}`, resource: KEY, context: {} });
  const reads = ["Decrypt", "DescribeKey"].map(key);
  const writes = ["Encrypt", "GenerateDataKey"].map(key);
  expect(refused("deploy", [...reads, ...writes])).toStrictEqual([]);
  expect(refused("preview", reads)).toStrictEqual([]);
  expect(refused("preview", writes)).toStrictEqual(writes.map(lineOf));
});
