/** Tests the bootstrap with all that it can make: GitHub, Pulumi Deployments, a state bucket, two stacks. */
import { type DeclaredProgram, declareProgram } from "../support/deliveryProgram";
import { violations } from "../support/policyRules";
import { policyOf } from "../support/stackProgram";

const ACCOUNT = "123456789012";
const TAGS = { "smart-vault:vault": "smart-vault-bootstrap-main" };
const ROLE = "aws:iam/role:Role";
const GITHUB = "arn:aws:OpenIdConnectProvider:github";
const PULUMI = "arn:aws:OpenIdConnectProvider:pulumi";

let program: DeclaredProgram;

beforeAll(async () => {
  program = await declareProgram("bootstrap", "main", {
    "aws:region": "us-east-1",
    githubRepository: "acme/vault",
    githubOwnerId: "123456",
    githubRepositoryId: "456789",
    pulumiOrganization: "acme-corp",
    stateBucket: "acme-vault-state",
  });
});

test("declares exactly these resources", () => {
  const ofStacks = ["dev", "prod"].map((stack) => `smart-vault-${stack}`);
  expect(program.list).toStrictEqual(
    [
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider github",
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider pulumi",
      ...ofStacks.flatMap((vault) => [
        `aws:iam/policy:Policy ${vault}-boundary`,
        `${ROLE} ${vault}-deploy`,
        `${ROLE} ${vault}-preview`,
        `aws:iam/rolePolicy:RolePolicy ${vault}-deploy`,
        `aws:iam/rolePolicy:RolePolicy ${vault}-preview`,
      ]),
      "aws:kms/alias:Alias state",
      "aws:kms/key:Key state",
      ...[
        "bucket:Bucket",
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "bucketOwnershipControls:BucketOwnershipControls",
        "bucketPolicy:BucketPolicy",
        "bucketPublicAccessBlock:BucketPublicAccessBlock",
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "bucketVersioning:BucketVersioning",
      ].map((kind) => `aws:s3/${kind} state`),
    ].sort(),
  );
});

test("violates no rule of the vault's policy pack", async () => {
  expect(await violations(program.given)).toStrictEqual([]);
});

test.each([
  ["github", "https://token.actions.githubusercontent.com", "sts.amazonaws.com"],
  ["pulumi", "https://api.pulumi.com/oidc", "acme-corp"],
])("accepts %s as an issuer of tokens", (name, url, audience) => {
  expect(program.inputs("aws:iam/openIdConnectProvider:OpenIdConnectProvider", name)).toStrictEqual({
    url,
    clientIdLists: [audience],
    tags: TAGS,
  });
});

describe("the deploy roles", () => {
  test("trust a job on main in the stack's environment of this repository, and the stack's deployments", () => {
    const { assumeRolePolicy, ...inputs } = program.inputs(ROLE, "smart-vault-prod-deploy");
    expect(inputs).toStrictEqual({ name: "smart-vault-prod-deploy", tags: TAGS });
    expect(JSON.parse(String(assumeRolePolicy))).toStrictEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "GithubEnvironment",
          Effect: "Allow",
          Principal: { Federated: GITHUB },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": [
                "repo:acme/vault:environment:prod",
                "repo:acme@123456/vault@456789:environment:prod",
              ],
              "token.actions.githubusercontent.com:repository_id": "456789",
              "token.actions.githubusercontent.com:ref": "refs/heads/main",
            },
          },
        },
        {
          Sid: "PulumiDeployments",
          Effect: "Allow",
          Principal: { Federated: PULUMI },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "api.pulumi.com/oidc:aud": "acme-corp",
              "api.pulumi.com/oidc:sub": ["preview", "update", "refresh"].map(
                (operation) =>
                  `pulumi:deploy:org:acme-corp:project:smart-vault:stack:prod:operation:${operation}:scope:write`,
              ),
            },
          },
        },
      ],
    });
  });

  test("let a pull request of this repository preview", () => {
    const { assumeRolePolicy } = program.inputs(ROLE, "smart-vault-dev-preview");
    expect(JSON.parse(String(assumeRolePolicy))).toStrictEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "GithubPullRequest",
          Effect: "Allow",
          Principal: { Federated: GITHUB },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
              "token.actions.githubusercontent.com:sub": [
                "repo:acme/vault:pull_request",
                "repo:acme@123456/vault@456789:pull_request",
              ],
              "token.actions.githubusercontent.com:repository_id": "456789",
            },
          },
        },
      ],
    });
  });

  test("trust nothing by a wildcard", () => {
    for (const { type, props } of program.given) {
      if (type === ROLE) expect(String(props.assumeRolePolicy)).not.toContain("*");
    }
  });
});

describe("the state bucket", () => {
  test("and its key can't be deleted by an update", () => {
    const guarded = program.given.filter(({ protect }) => protect).map(({ type }) => type);
    expect(guarded.sort()).toStrictEqual(["aws:kms/key:Key", "aws:s3/bucket:Bucket"]);
    expect(program.inputs("aws:s3/bucket:Bucket")).toStrictEqual({
      bucket: "acme-vault-state",
      tags: TAGS,
    });
  });

  test("is encrypted under the key, keeps old versions for ninety days, and accepts only TLS", () => {
    const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    expect(program.inputs(encryption)).toStrictEqual({
      bucket: "acme-vault-state",
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: "arn:aws:Key:state",
          },
          bucketKeyEnabled: true,
        },
      ],
    });
    const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    expect(program.inputs(lifecycle)).toMatchObject({
      rules: [{ status: "Enabled", noncurrentVersionExpiration: { noncurrentDays: 90 } }],
    });
    expect(policyOf(program.inputs("aws:s3/bucketPolicy:BucketPolicy")).Statement).toStrictEqual([
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:Bucket:state", "arn:aws:Bucket:state/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
    expect(policyOf(program.inputs("aws:kms/key:Key")).Statement).toMatchObject([
      { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*" },
    ]);
  });
});

test("outputs what CI and the stacks must be given", () => {
  expect(program.outputs).toStrictEqual({
    backend: "s3://acme-vault-state?region=us-east-1&awssdk=v2",
    secretsProvider: "awskms://alias/smart-vault-state?region=us-east-1",
    stacks: Object.fromEntries(
      ["dev", "prod"].map((stack) => [
        stack,
        {
          deployRoleArn: `arn:aws:Role:smart-vault-${stack}-deploy`,
          previewRoleArn: `arn:aws:Role:smart-vault-${stack}-preview`,
          permissionsBoundaryArn: `arn:aws:Policy:smart-vault-${stack}-boundary`,
        },
      ]),
    ),
  });
});
