import { declareProgram } from "../support/deliveryProgram";

test("settings for no stack at all are a mistake, and said to be", async () => {
  const values = { organization: "acme-corp", githubRepository: "acme/vault", deployRoleArns: {} };
  await expect(declareProgram("deploy", "main", values)).rejects.toThrow(
    "deployRoleArns: expected a role for at least one stack, got {}",
  );
});
