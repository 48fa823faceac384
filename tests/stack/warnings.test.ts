/** Tests what `pulumi preview` and `pulumi up` warn of. Settings that contradict each other stop neither. */
import { readdirSync } from "node:fs";
import { ROOT, declareStack, previewStack, updateStack } from "../support/stackProgram";

/** The warning as Pulumi shows it without an engine. */
const shown = (vault: string, text: string) => `warning: [runtime] ${vault}: ${text}`;

const NOBODY =
  "alertEmails=[]: no e-mail address is notified of failed backups and alarms. Add one: " +
  "npx pulumi config set --path 'alertEmails[0]' you@example.com";

const HOURLY = ["schedule=rate(1 hour)", 'keep={"last":14}'];
const FOURTEEN_HOURS =
  "keep.last=14 with schedule rate(1 hour) keeps as few as 14 recovery points of a volume, the oldest at most " +
  "14 hours old: keep.last counts recovery points, not days. keep.daily counts days.";

/** Every stack file of the repository. */
const STACKS = readdirSync(ROOT).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []);

test("covers the stack files of dev and prod", () => {
  expect(STACKS.sort()).toStrictEqual(["dev", "prod"]);
});

test.each(STACKS)("warns of nothing in a preview or update of %s as it is in the repository", async (stack) => {
  expect((await previewStack(stack)).warnings).toStrictEqual([]);
  expect((await updateStack(stack)).warnings).toStrictEqual([]);
});

test("warns only of missing addresses for a stack without any", async () => {
  const none = ["alertEmails=[]"];
  const warnings = [shown("smart-vault-dev", NOBODY)];
  expect((await updateStack("dev", none)).warnings).toStrictEqual(warnings);
  expect((await previewStack("dev", none)).warnings).toStrictEqual(warnings);
});

test("warns of nothing with defaults for all keys but the DR region and the addresses", async () => {
  const overrides = ["retentionDays=7", "drRetentionDays=0"];
  expect((await declareStack("prod", overrides)).warnings).toStrictEqual([]);
});

test("warns of keep.last with an hourly schedule in preview and up, and declares the whole stack", async () => {
  const warnings = [shown("smart-vault-prod", FOURTEEN_HOURS)];
  // The DR region keeps 30 days of copies, as in the stack's file.
  const preview = await previewStack("prod", HOURLY);
  expect(preview.warnings).toStrictEqual(warnings);
  const up = await declareStack("prod", HOURLY);
  expect(up.warnings).toStrictEqual(warnings);
  expect(preview.list).toHaveLength(up.list.length);
  expect(up.list).toHaveLength((await declareStack("prod")).list.length);
});

test("warns of keep rules beside the drRetentionDays of prod", async () => {
  const { warnings } = await previewStack("prod", ['keep={"daily":7,"monthly":12}']);
  expect(warnings).toStrictEqual([
    expect.stringContaining(
      "drRetentionDays=30 with keep.daily=7, keep.monthly=12 and schedule cron(0 3 * * ? *) keeps as few as 30 ",
    ),
  ]);
});

test("warns of policies, orphanDays and missing addresses together, by their keys", async () => {
  const { warnings } = await previewStack("prod", [
    'policies={"gold":{"keep":{"hourly":24}},"True":{"retentionDays":3}}',
    "schedule=rate(3 days)",
    "orphanDays=2",
    "alertEmails=[]",
  ]);
  expect(warnings.map((text) => text.split(" ").slice(3, 4).join())).toStrictEqual([
    "policies.gold.keep.hourly=24",
    "policies.True.retentionDays=3",
    "orphanDays=2",
    "alertEmails=[]:",
  ]);
});

test("reports a value that is wrong by itself as an error", async () => {
  await expect(declareStack("prod", [...HOURLY, "retentionDays=0"])).rejects.toThrow(
    'retentionDays: expected a whole number from 1 to 3650, got "0"',
  );
});
