import { declareProgram } from "../support/deliveryProgram";
import { policyOf } from "../support/stackProgram";

test("makes one provider, one role per stack and no bucket with Pulumi Cloud alone", async () => {
  const program = await declareProgram("bootstrap", "prod", {
    stacks: ["prod"],
    pulumiOrganization: "acme-corp",
  });
  expect(program.list).toStrictEqual([
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider pulumi",
    "aws:iam/policy:Policy smart-vault-prod-boundary",
    "aws:iam/role:Role smart-vault-prod-deploy",
    "aws:iam/rolePolicy:RolePolicy smart-vault-prod-deploy",
  ]);
  const { Statement } = policyOf(program.inputs("aws:iam/role:Role"), "assumeRolePolicy");
  expect(Statement.map(({ Sid }) => Sid)).toStrictEqual(["PulumiDeployments"]);
  expect(JSON.stringify(program.inputs("aws:iam/rolePolicy:RolePolicy"))).not.toContain("s3:GetObject");
  expect(program.outputs).toStrictEqual({
    backend: "",
    secretsProvider: "",
    stacks: {
      prod: {
        deployRoleArn: "arn:aws:Role:smart-vault-prod-deploy",
        permissionsBoundaryArn: "arn:aws:Policy:smart-vault-prod-boundary",
      },
    },
  });
});
