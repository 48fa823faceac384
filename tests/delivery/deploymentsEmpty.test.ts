import { declareProgram } from "../support/deliveryProgram";

test("reports settings for no stack at all as a mistake", async () => {
  const values = { organization: "acme-corp", githubRepository: "acme/vault", deployRoleArns: {} };
  await expect(declareProgram("deploy", "main", values)).rejects.toThrow(
    "deployRoleArns, githubStacks: expected at least one stack in one of them, got none",
  );
});
