/** The IAM policy of each command on a page, for a vault that stands for any: account, names, regions and keys are examples. */
import { OPERATOR_COMMANDS, commandPolicy } from "../src/iam/operatorPolicy";
import type { OperatorArgs } from "../src/iam/restoreStatements";

const ACCOUNT_ID = "123456789012";
const EXAMPLE: OperatorArgs = {
  partition: "aws",
  accountId: ACCOUNT_ID,
  vaultId: "smart-vault-prod",
  primaryRegion: "us-east-1",
  dr: [{ region: "us-west-2", keyArn: `arn:aws:kms:us-west-2:${ACCOUNT_ID}:key/11111111-2222-4333-8444-555555555555` }],
  tagKey: "backup",
  policies: { True: {} },
  sourceKeyArns: [],
  operatorInstanceRoleArns: [`arn:aws:iam::${ACCOUNT_ID}:role/web`],
};

const HEAD = `# Permissions of the command line

<!-- Made from src/iam/operatorPolicy.ts by \`npm run docs\`. Edit it there. -->

One IAM policy for each command: no more than the command needs. The account, the vault, its regions and its keys are
examples. The stack makes a role with all of them if you set \`operatorRole\` ([CONFIGURATION.md](CONFIGURATION.md)).
\`tests/local/operator.test.ts\` runs every command and evaluates its calls against its policy: each call is allowed, and
no statement is left over. Nothing was tried on AWS.`;

/** Returns the page by its path from the project's root. */
export function permissionPages(): Record<string, string> {
  const sections = OPERATOR_COMMANDS.map((command) => {
    const policy = JSON.stringify(commandPolicy(command, EXAMPLE), null, 2);
    return `## vault ${command}\n\n\`\`\`json\n${policy}\n\`\`\``;
  });
  return { "docs/PERMISSIONS.md": `${[HEAD, ...sections].join("\n\n")}\n` };
}
