/**
 * Tests that each command's policy is enough for it, and no more. Method: every command runs as a person runs it, on a
 * deployed vault on the emulated account, with an access key of its own; its calls go to the evaluator.
 */
import { type IamPolicy, type IamRequest, compilePolicy } from "../../src/iam/evaluator";
import { OPERATOR_COMMANDS, type OperatorCommand, commandPolicy, operatorPolicy } from "../../src/iam/operatorPolicy";
import { type CliVault, startCliVault } from "../support/cliVault";
import { type Run, argsOf, runAll } from "../support/operatorRun";

let cli: CliVault;
let runs: Run[];
let asked: Map<OperatorCommand, IamRequest[]>;

beforeAll(async () => {
  cli = await startCliVault("operator", ['keep={"last":2}', 'drKeep={"last":2}', "userData=true"]);
  ({ runs, asked } = await runAll(cli));
}, 300_000);
afterAll(() => cli.stop(), 60_000);

const of = (command: OperatorCommand) => asked.get(command) ?? [];
const policyOf = (command: OperatorCommand) => commandPolicy(command, argsOf(cli)) as unknown as IamPolicy;

/** Returns what a policy does not allow, each permission once. */
function missing(policy: IamPolicy, requests: readonly IamRequest[]): string[] {
  const decide = compilePolicy(policy);
  const refused = requests.filter((one) => decide(one) !== "allowed");
  return [
    ...new Set(refused.map(({ action, resource, context }) => `${action} ${resource} ${JSON.stringify(context)}`)),
  ];
}

/** Returns each action of each statement on its own. Which uses of a key EBS makes is AWS's list (src/iam/keyPolicy.ts). */
function partsOf({ Statement }: IamPolicy): { name: string; without: IamPolicy }[] {
  return Statement.flatMap((statement) =>
    [statement.Action]
      .flat()
      .filter((one) => !one.startsWith("kms:"))
      .map((action) => {
        const left = [statement.Action].flat().filter((one) => one !== action);
        const others = Statement.filter((one) => one !== statement);
        const rest = left.length === 0 ? [] : [{ ...statement, Action: left }];
        return { name: `${statement.Sid ?? ""} ${action}`, without: { Statement: [...others, ...rest] } };
      }),
  );
}

describe("the policy of each command", () => {
  it("was tried on commands that did their work", () => {
    expect(runs.filter(({ code, args }) => code !== (args.startsWith("status") ? 6 : 0))).toStrictEqual([]);
  });

  it.each(OPERATOR_COMMANDS)("allows every call of vault %s", (command) => {
    expect(of(command).length).toBeGreaterThan(0);
    expect(missing(policyOf(command), of(command))).toStrictEqual([]);
  });

  it.each(OPERATOR_COMMANDS)("has no statement that vault %s can do without", (command) => {
    const { Statement } = policyOf(command);
    const idle = Statement.filter((one) => {
      const others = { Statement: Statement.filter((other) => other !== one) };
      return missing(others, of(command)).length === 0;
    });
    expect(idle.map(({ Sid }) => Sid)).toStrictEqual([]);
  });

  it("has no action that no command needs", () => {
    const idle = OPERATOR_COMMANDS.flatMap((command) =>
      partsOf(policyOf(command))
        .filter(({ without }) => missing(without, of(command)).length === 0)
        .map(({ name }) => `${command} ${name}`),
    );
    expect(idle).toStrictEqual([]);
  });
});

test("the operator's role is allowed every call of every command", () => {
  const policy = operatorPolicy(argsOf(cli)) as unknown as IamPolicy;
  expect(OPERATOR_COMMANDS.flatMap((command) => missing(policy, of(command)))).toStrictEqual([]);
});
