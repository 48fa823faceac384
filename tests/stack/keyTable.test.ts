/**
 * Tests who is allowed to do what with each key of a vault. Method: both stacks under Pulumi's mocks, the key policies
 * that they declare, and every row of a table checked against each; then each plausible mistake in a policy, which some
 * row must detect.
 */
import type * as pulumi from "@pulumi/pulumi";
import { type IamPolicy, compilePolicy } from "../../src/iam/evaluator";
import { type KeyPolicy, keyAllows } from "../../src/iam/keyAccess";
import { ADMINISTRATORS, type KeyFacts, RESTORER, identityOf } from "../support/keyCallers";
import { keyMutants } from "../support/keyMutants";
import type { Row } from "../support/keyRows";
import { keyTable } from "../support/keyTable";
import type * as StackProgram from "../support/stackProgram";

interface Variant {
  stack: "dev" | "prod";
  overrides: string[];
  keys: KeyFacts[];
}

function facts(vaultId: string, region: string, more: Partial<KeyFacts> = {}): KeyFacts {
  const manifests = region !== "us-east-1";
  const plain = { restores: false, isSeparate: false, audit: false, manifests, trail: false };
  return { vaultId, region, ec2Regions: [region], ...plain, ...more };
}

const DEV = "smart-vault-dev";
const PROD = "smart-vault-prod";
const restores = `restoreRoleArns=["${RESTORER}"]`;
const administered = `keyAdministrators=${JSON.stringify(ADMINISTRATORS)}`;
const ALL = ["us-east-1", "us-west-2", "eu-west-1"];
const both = { restores: true, isSeparate: true };

const VARIANTS: Record<string, Variant> = {
  "dev as it is": { stack: "dev", overrides: [], keys: [facts(DEV, "us-west-2")] },
  "dev with administrators and encryption in the primary region, without manifests": {
    stack: "dev",
    overrides: [administered, "encryptPrimary=true", "manifests=false"],
    keys: [
      facts(DEV, "us-west-2", { isSeparate: true, manifests: false }),
      facts(DEV, "us-east-1", { isSeparate: true, ec2Regions: ALL.slice(0, 2) }),
    ],
  },
  "prod as it is": {
    stack: "prod",
    overrides: [],
    keys: [facts(PROD, "us-west-2", { audit: true, trail: true })],
  },
  "prod without the audit log, with who restores": {
    stack: "prod",
    overrides: ["audit=false", "trail=false", restores, "encryptPrimary=true"],
    keys: [
      facts(PROD, "us-west-2", { restores: true }),
      facts(PROD, "us-east-1", { restores: true, ec2Regions: ALL.slice(0, 2) }),
    ],
  },
  "prod with everything and two DR regions": {
    stack: "prod",
    overrides: [
      ...["drRegion=", 'drRegions=["us-west-2","eu-west-1"]', "encryptPrimary=true", "trail=true"],
      ...[restores, administered],
    ],
    keys: [
      facts(PROD, "us-west-2", { ...both, audit: true, trail: true }),
      facts(PROD, "eu-west-1", both),
      facts(PROD, "us-east-1", { ...both, ec2Regions: ALL }),
    ],
  },
};

/** No key depends on the function, whose archive takes longest of all. */
jest.mock("../../src/stack/function", () => ({
  vaultFunction: () => {
    const { output } = jest.requireActual<typeof pulumi>("@pulumi/pulumi");
    return { name: output("f"), arn: output("arn:aws:lambda:us-east-1:123456789012:function:f") };
  },
}));

/** The program is a module, so each variant needs its own modules. */
async function declareAnew({ stack, overrides }: Variant): Promise<StackProgram.DeclaredStack> {
  jest.resetModules();
  const { declareStack } = await import("../support/stackProgram");
  return declareStack(stack, overrides);
}

/** A key as the stack declares it: its policy, and what its vault's role is allowed by its own policy. */
interface Declared {
  arn: string;
  policy: KeyPolicy;
  roleMay: ReturnType<typeof compilePolicy>;
}

function declaredKey(stack: StackProgram.DeclaredStack, { vaultId, region }: KeyFacts): Declared {
  const json = (type: string, name: string) => JSON.parse(String(stack.inputs(type, name).policy)) as unknown;
  return {
    arn: `arn:aws:kms:${region}:123456789012:key/11111111-2222-3333-4444-555555555555`,
    policy: json("aws:kms/key:Key", `${vaultId}-${region}`) as KeyPolicy,
    roleMay: compilePolicy(json("aws:iam/rolePolicy:RolePolicy", `${vaultId}-function`) as IamPolicy),
  };
}

/** Returns the row's actions whose result is not what it says. */
function wrong({ who, allowed, actions, context }: Row, { arn, policy, roleMay }: Declared) {
  const allows = keyAllows(policy, arn, who.caller, identityOf(who, roleMay));
  return actions.filter((action) => allows({ action, context }) !== allowed);
}

describe.each(Object.entries(VARIANTS))("key policies %s:", (_variant, variant) => {
  let stack: StackProgram.DeclaredStack;

  beforeAll(async () => {
    stack = await declareAnew(variant);
  });

  test("cover every key with the table", () => {
    const keys = stack.list.filter((line) => line.startsWith("aws:kms/key:Key "));
    const expected = variant.keys.map(({ vaultId, region }) => `aws:kms/key:Key ${vaultId}-${region} ${region}`);
    expect(keys).toStrictEqual(expected.sort());
  });

  describe.each(variant.keys)("the key of $region:", (key) => {
    const table = keyTable(key);

    test.each(table.map((row) => [row.says, row] as const))("%s", (_says, row) => {
      expect(wrong(row, declaredKey(stack, key))).toStrictEqual([]);
    });

    test("fail a row for each mistake in a statement", () => {
      const declared = declaredKey(stack, key);
      const mutants = keyMutants(declared.policy);
      expect(mutants.length).toBeGreaterThan(30);
      const unseen = mutants.filter(([, policy]) =>
        table.every((row) => wrong(row, { ...declared, policy }).length === 0),
      );
      expect(unseen.map(([name]) => name)).toStrictEqual([]);
    });
  });
});
