/**
 * Tests that in a rehearsal EC2 shows the fleet as it is, and that a call that IAM would refuse fails with AWS's own
 * error. Method: the archive on an emulated account; policies that lack a statement; calls with the function's
 * credentials.
 */
import { join } from "node:path";
import {
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { recoverability } from "../../src/local/findings/recoverability";
import { policiesOf } from "../../src/local/permissions/declaredPolicies";
import { readDecisions } from "../../src/local/runtime/functionLog";
import { inventoryOf } from "../../src/local/account/inventory";
import { loadStackConfig } from "../../src/local/deploy/stackConfig";
import { type LocalVault, startVault } from "../../src/local/runtime/localVault";
import { HOUR_MS, isoSeconds } from "../../src/vault/lib/time";
import { declaringAfar } from "../support/declaringAfar";
import { emulatorHome } from "../support/emulatorHome";
import { DB, DB_ROOT, SHARED, WEB, WEB_ROOT, instancesJson, volumesJson } from "../support/fleetJson";

const ROOT = join(__dirname, "..", "..");
const START_MS = Date.UTC(2026, 5, 1);
const FOREIGN_KEY = "arn:aws:kms:us-east-1:111122223333:key/11111111-2222-4333-8444-555555555555";
/** An instance whose root volume is under a key of another account, which the role is not allowed to use. */
const FLEET = inventoryOf(
  instancesJson({}, { State: { Name: "shutting-down" } }),
  volumesJson(
    { VolumeType: "sc1", Iops: null, Throughput: null, Encrypted: true, KmsKeyId: FOREIGN_KEY },
    { Attachments: null },
  ),
  "us-east-1",
);

let vault: LocalVault;
let client: EC2Client;

beforeAll(async () => {
  const config = loadStackConfig(ROOT, "dev", ["audit=true"]);
  const home = emulatorHome("authorized");
  vault = await startVault(
    { folder: ROOT, home, config, inventory: FLEET, startMs: START_MS, declaring: declaringAfar },
    () => undefined,
  );
  client = vault.account.ec2("us-east-1");
}, 240_000);

afterAll(() => vault.stop());

/** Removes statements from the role's policy until the next call of this. */
function without(...sids: string[]): void {
  const policies = policiesOf(vault.program(), "aws");
  const Statement = policies.role.Statement.filter(({ Sid = "" }) => !sids.includes(Sid));
  expect(policies.role.Statement.length - Statement.length).toBe(sids.length);
  vault.authorizer.use({ ...policies, role: { Statement } });
}

describe("the emulated EC2", () => {
  it("shows no figure that a volume's type lacks, and both attachments of a shared volume", async () => {
    const { Volumes = [] } = await client.send(new DescribeVolumesCommand({}));
    const byId = new Map(Volumes.map((volume) => [volume.VolumeId, volume]));
    const { Iops, Throughput, VolumeType, KmsKeyId } = byId.get(WEB_ROOT) ?? {};
    expect([VolumeType, Iops, Throughput, KmsKeyId]).toEqual(["sc1", undefined, undefined, FOREIGN_KEY]);
    const { Attachments, MultiAttachEnabled } = byId.get(SHARED) ?? {};
    expect([MultiAttachEnabled, Attachments?.map(({ InstanceId }) => InstanceId)]).toEqual([true, [WEB]]);
    expect(byId.has(DB_ROOT)).toBe(false);
  });

  it("shows instances in their states, and finds them by a filter", async () => {
    const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}));
    const states = Reservations.flatMap(({ Instances = [] }) => Instances).map((one) => [
      one.InstanceId,
      one.State?.Name,
      one.InstanceType,
      one.RootDeviceType,
    ]);
    expect(states).toEqual([
      [WEB, "running", "m7i.large", "ebs"],
      [DB, "terminated", "m7i.large", "ebs"],
    ]);
  });
});

describe("a call that the role's policy lacks", () => {
  /** Returns the log of one invocation that serves an open slot. */
  async function served(slot: string): Promise<string> {
    const { log, error } = await vault.trigger({ kind: "run", slot });
    return `${log}\n${error?.errorMessage ?? ""}`;
  }
  let slots = 4;
  /** A slot without a snapshot, after the scheduled run of three o'clock. */
  async function nextSlot(): Promise<string> {
    const nowMs = START_MS + (slots += 1) * HOUR_MS;
    without();
    await vault.runUntil(nowMs, () => undefined);
    return isoSeconds(nowMs);
  }

  it.each([
    // First: what was mailed once is not mailed again that day.
    ["Notify", "AuthorizationError", "sns:Publish", "smart-vault-dev"],
    ["SnapshotProtectedInstances", "UnauthorizedOperation", "ec2:CreateSnapshots", `instance/${WEB}`],
    ["MakeTaggedSnapshots", "UnauthorizedOperation", "ec2:CreateSnapshots", "snapshot/*"],
    ["TagOnlyWhatIsBeingMade", "UnauthorizedOperation", "ec2:CreateTags", "snapshot/*"],
    ["Observe", "UnauthorizedOperation", "ec2:DescribeInstances", "*"],
    ["WriteObjects", "AccessDenied", "s3:PutObject", "arn:aws:s3:::smart-vault-dev-audit"],
    ["SetTheClock", "AccessDeniedException", "scheduler:GetSchedule", "schedule/smart-vault-dev"],
    ["LetTheClockCall", "AccessDeniedException", "iam:PassRole", "role/smart-vault-dev-scheduler"],
  ])("fails without %s with %s", async (sid, code, action, resource) => {
    const slot = await nextSlot();
    // Something must be mailed so that a mail can be refused.
    without(...(sid === "Notify" ? [sid, "SnapshotProtectedInstances"] : [sid]));
    const before = vault.authorizer.refusals().length;
    const reported = await served(slot);
    const refused = vault.authorizer.refusals().slice(before);
    const asked = refused.filter((one) => one.action === action && one.resource.includes(resource));
    expect(refused).toContainEqual(
      expect.objectContaining({ action, resource: expect.stringContaining(resource) as string }),
    );
    expect(reported).toContain(code);
    expect(reported).toContain(`is not authorized to perform: ${action} on resource: ${asked[0]!.resource}`);
  });

  it("stops no snapshot if it reads only what a launch needs", async () => {
    const slot = await nextSlot();
    const policies = policiesOf(vault.program(), "aws");
    const Action = ["ec2:DescribeSubnets", "ec2:DescribeInstanceAttribute"];
    const denied = { Sid: "Deny", Effect: "Deny", Action, Resource: "*" } as const;
    vault.authorizer.use({ ...policies, role: { Statement: [...policies.role.Statement, denied] } });
    await expect(served(slot)).resolves.toContain("could not read subnets in us-east-1: UnauthorizedOperation");
    const tags = { Filters: [{ Name: "tag:smart-vault:slot", Values: [slot] }] };
    const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand(tags));
    expect(Snapshots.map(({ VolumeId }) => VolumeId).sort()).toEqual([WEB_ROOT, SHARED].sort());
  });

  it("is accepted with it", async () => {
    const slot = await nextSlot();
    const before = vault.authorizer.refusals().length;
    const reported = await served(slot);
    expect(reported).not.toContain("not authorized");
    expect(vault.authorizer.refusals().slice(before)).toEqual([]);
  });

  it("fails later if EC2 uses a key of another account for it: only the copy of that volume", async () => {
    without();
    const failed: string[] = [];
    await vault.runUntil(vault.nowMs() + 6 * HOUR_MS, ({ log }) => {
      failed.push(
        ...readDecisions(log)
          .filter(({ kind }) => kind === "copy-unusable")
          .map(({ detail }) => detail),
      );
    });
    expect(failed.length).toBeGreaterThan(0);
    for (const detail of failed) expect(detail).toContain("Given key ID is not accessible");
    const found = await recoverability(vault, FLEET, { key: "backup", values: ["True"] });
    const copies = found.instances[0]?.volumes.map(({ volumeId, snapshots, copies }) => [
      volumeId,
      snapshots.count > 0,
      copies["us-west-2"]!.count > 0,
    ]);
    expect(copies).toEqual([
      [WEB_ROOT, true, false],
      [SHARED, true, true],
    ]);
  }, 120_000);
});
