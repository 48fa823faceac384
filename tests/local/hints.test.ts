/**
 * Tests that on an emulated account a copy that was refused for want of a place is made after a hint, before the timer. Method:
 * the archive of a stack on two instances, a refusal of the second copy, and then ones where the role may not send a hint and
 * where the queue is lost.
 */
import { join } from "node:path";
import { DeleteQueueCommand } from "@aws-sdk/client-sqs";
import { inventoryOf } from "../../src/local/account/inventory";
import { policiesOf } from "../../src/local/permissions/declaredPolicies";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import type { Invocation } from "../../src/local/runtime/lambda";
import { type LocalVault, startVault } from "../../src/local/runtime/localVault";
import { describeVaultSnapshots } from "../../src/vault/aws/ec2Reads";
import { DAY_MS, HOUR_MS } from "../../src/vault/lib/time";
import { emulatorHome } from "../support/emulatorHome";

const ROOT = join(__dirname, "..", "..");
const START_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
/** After the run at half past three, and before the sweep. */
const MORNING_MS = 3.9 * HOUR_MS;
const FULL = { operation: "CopySnapshot", nth: 2, code: "ResourceLimitExceeded", message: "full", status: 400 };
const INSTANCES = ["1", "2"].map((digit) => ({
  InstanceId: `i-0aaaaaaaaaaaa000${digit}`,
  Tags: [{ Key: "backup", Value: "True" }],
  RootDeviceName: "/dev/xvda",
  BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeId: `vol-0aaaaaaaaaaaa000${digit}` } }],
}));
const FLEET = inventoryOf({ Reservations: [{ Instances: INSTANCES }] }, undefined, "us-east-1");
const COPY = "us-west-2";

let vault: LocalVault;

/** Lets a night pass in which the second copy is refused; returns its invocations. */
async function night(day: number): Promise<Invocation[]> {
  const invocations: Invocation[] = [];
  await vault.emulator.fail(FULL);
  await vault.runUntil(START_MS + (day - 1) * DAY_MS + MORNING_MS, (one) => {
    if (one.result?.trigger.kind !== "sweep") invocations.push(one);
  });
  return invocations;
}

const isHinted = ({ result }: Invocation) => result?.trigger.hint !== undefined;
const copiesOf = ({ result }: Invocation) => result?.counts.copies ?? 0;

beforeAll(async () => {
  const config = loadStackConfig(ROOT, "dev", ["schedule=cron(30 3 * * ? *)"]);
  vault = await startVault(
    { folder: ROOT, home: emulatorHome("hints"), config, inventory: FLEET, startMs: START_MS },
    () => undefined,
  );
  // No hint is sent for copies that take longer than five minutes.
  await vault.emulator.setPending({ snapshot: 1, copy: 2 });
}, 240_000);

afterAll(() => vault.stop());

it("a hint has the second copy made, half a minute after it was refused", async () => {
  const invocations = await night(1);
  const [refused] = invocations.filter((one) => one.result?.counts.deferred === 1);
  const [hinted] = invocations.filter(isHinted);
  expect(hinted === undefined ? undefined : copiesOf(hinted)).toBe(1);
  const waitedMs = (hinted?.nowMs ?? 0) - (refused?.nowMs ?? 0);
  expect(waitedMs).toBeGreaterThanOrEqual(30_000);
  expect(waitedMs).toBeLessThan(60_000);
  expect(vault.mails()).toStrictEqual([]);
}, 240_000);

it("without the permission to send a hint the timer has it made, and nobody is mailed", async () => {
  const policies = policiesOf(vault.program(), "aws");
  const Statement = policies.role.Statement.filter(({ Sid }) => Sid !== "Hint");
  vault.authorizer.use({ ...policies, role: { Statement } });
  const before = vault.authorizer.refusals().length;
  const invocations = await night(2);
  const refused = vault.authorizer.refusals().slice(before);
  const asked = new Set(refused.map(({ action, resource }) => `${action} ${resource}`));
  expect([...asked]).toEqual(["sqs:SendMessage arn:aws:sqs:us-east-1:123456789012:smart-vault-dev-hints"]);
  vault.authorizer.use(policies);
  expect(invocations.filter(isHinted)).toStrictEqual([]);
  expect(invocations.reduce((sum, one) => sum + copiesOf(one), 0)).toBe(2);
  expect(vault.mails()).toStrictEqual([]);
}, 240_000);

it("without the queue the timer has it made, and nobody is mailed", async () => {
  const { sqs } = vault.account;
  await sqs.send(new DeleteQueueCommand({ QueueUrl: `${vault.emulator.endpoint}/123456789012/smart-vault-dev-hints` }));
  const invocations = await night(3);
  expect(invocations.filter(({ log }) => log.includes('"message":"hint"'))).toHaveLength(1);
  expect(invocations.filter(isHinted)).toStrictEqual([]);
  expect(invocations.reduce((sum, one) => sum + copiesOf(one), 0)).toBe(2);
  expect(await describeVaultSnapshots(vault.account.ec2(COPY), COPY, vault.stack.vaultId)).toHaveLength(6);
  expect(vault.mails()).toStrictEqual([]);
}, 240_000);
