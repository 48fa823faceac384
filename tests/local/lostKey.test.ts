/**
 * Tests that no recovery point is deleted while the DR key can't be used, that a mail says so, and that work resumes
 * when it is back. Method: the archive on an emulated account, with recovery points that are past their time.
 */
import { CancelKeyDeletionCommand, EnableKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { DAY_MS } from "../../src/vault/lib/time";
import { DR, PRIMARY, type SweptVault, startSweptVault } from "../support/sweptVault";

let swept: SweptVault;

beforeAll(async () => {
  const config = ["retentionDays=2", "drRetentionDays=30", "maxDeletePercent=100"];
  swept = await startSweptVault("lostKey", config, 2);
}, 240_000);

afterAll(() => swept.vault.stop(), 60_000);

test("keeps due recovery points and mails while the DR key waits for its deletion, and deletes them when it is back", async () => {
  const { vault, idsIn, expectNothingDeleted } = swept;
  const { keyArn } = vault.stack.dr[0]!;
  const KeyId = keyArn.split("/").pop();
  const kms = vault.account.kms(DR);
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 }));
  const first = await expectNothingDeleted();
  expect(first).toContain(`nobody can restore from copies in ${DR}: their key ${keyArn} is PendingDeletion`);
  expect(first).toContain(`aws kms cancel-key-deletion --region ${DR} --key-id ${keyArn}`);

  await swept.pass(3 * DAY_MS);
  await expectNothingDeleted();
  const copies = await idsIn(DR);
  const kept = await idsIn(PRIMARY);
  expect(kept.length).toBeGreaterThanOrEqual(8);

  // After its deletion is canceled it is disabled at first.
  await kms.send(new CancelKeyDeletionCommand({ KeyId }));
  await expectNothingDeleted();
  await kms.send(new EnableKeyCommand({ KeyId }));
  await swept.threeSweeps();
  expect((await idsIn(PRIMARY)).length).toBeLessThan(kept.length);
  expect((await idsIn(DR)).length).toBeGreaterThan(copies.length);
}, 240_000);
