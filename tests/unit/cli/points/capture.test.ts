/** What the command line takes from a capture: what tags lack, and nothing that is another recovery point's. */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { findBlobs } from "../../../../src/cli/points/blobs";
import { findCapture, parseCapture } from "../../../../src/cli/points/capture";
import { factsOf } from "../../../../src/cli/points/facts";
import { pointsOf } from "../../../../src/cli/points/points";
import { capturesOf } from "../../../../src/vault/report/manifests/capture";
import { snapshotAction } from "../../../../src/vault/plan/snapshots/snapshotAction";
import type { BlobName } from "../../../../src/vault/model/launchSpec";
import { captureKey } from "../../../../src/vault/model/objectKeys";
import type { VaultSettings } from "../../../../src/vault/model/settings";
import { TAG } from "../../../../src/vault/model/tags/tags";
import { CAPTURE, IN_BOTH } from "../../../support/auditBucket";
import { FULL_INSTANCE, FULL_LAUNCH } from "../../../support/fullCapture";
import { DR, DR2, SETTINGS, SLOT, copyOf, snapshot } from "../../../support/world";

const [root] = FULL_INSTANCE.volumes;
const action = snapshotAction(SETTINGS, FULL_INSTANCE, [root!], { slot: SLOT, runId: "run-1" });
const world = { instances: [FULL_INSTANCE], copies: {}, problems: [], throttled: [] };
const [written] = capturesOf(
  { world, outcomes: [{ action, status: "done", detail: "", snapshotIds: ["snap-1"] }] },
  SETTINGS,
);
const TEXT = JSON.stringify(written?.body);

function pointWith(tags: Record<string, string>) {
  const source = snapshot("snap-1", { volumeId: "vol-1" });
  const copy = copyOf(source, "copy-1", { tags });
  const [point] = pointsOf([{ region: DR.region, snapshots: [copy] }], SETTINGS, () => ({}));
  return point!;
}

const bare = pointWith({ [TAG.setSize]: "1" });
const vault = { vaultId: SETTINGS.vaultId, regions: [DR.region], notes: [] };

describe("facts of a point whose tags are gone", () => {
  const facts = factsOf(bare, [bare], parseCapture(TEXT, bare));

  test("are all in the capture", () => {
    expect(facts.launch).toStrictEqual({ ...FULL_LAUNCH, isWhole: true });
    expect([facts.instanceType, facts.availabilityZone]).toStrictEqual(["m7g.large", "us-east-1a"]);
    expect(facts.instanceTags).toStrictEqual(FULL_INSTANCE.tags);
    expect(facts.volumes).toStrictEqual([
      {
        volumeId: "vol-1",
        device: "/dev/xvda",
        role: "root",
        type: "gp3",
        sizeGiB: 8,
        iops: 4000,
        throughputMiBps: 250,
        deleteOnTermination: true,
        multiAttach: true,
        kmsKeyEnd: "0123456789ab",
        snapshotIds: { [DR.region]: "copy-1" },
        tags: root?.tags,
      },
    ]);
    expect(facts.lacks).toStrictEqual([]);
  });

  test("are missing without it", () => {
    const without = factsOf(bare, [bare]);
    expect(without.launch).toBeUndefined();
    expect(without.lacks).toContain("device, type and speed of vol-1: not captured");
  });
});

test("tags that hold all of a launch are shown, and a capture fills only what they lack", () => {
  const tagged = pointWith({ ...action.tags, [TAG.instanceType]: "m7g.xlarge", [TAG.device]: "/dev/sda1" });
  const facts = factsOf(tagged, [tagged], parseCapture(TEXT, tagged));
  expect([facts.instanceType, facts.volumes[0]?.device]).toStrictEqual(["m7g.xlarge", "/dev/sda1"]);
  expect(facts.launch?.interfaces).toHaveLength(FULL_LAUNCH.interfaces.length);
});

test.each([
  ["another slot", TEXT.replace(SLOT, "2026-11-21T03:00:00Z")],
  ["another instance", TEXT.replace('"i-1"', '"i-2"')],
  ["a later version", TEXT.replace('"version":1', '"version":2')],
  ["a manifest", TEXT.replace("smart-vault/capture", "smart-vault/manifest")],
  ["no JSON", "<Error/>"],
])("a capture of %s is not taken", (_, text) => {
  expect(parseCapture(TEXT, bare)).toBeDefined();
  expect(parseCapture(text, bare)).toBeUndefined();
});

describe("the bucket", () => {
  const s3 = mockClient(S3Client);
  const sts = mockClient(STSClient);
  const body = (text: string) => ({ Body: { transformToString: () => Promise.resolve(text) } as never });
  const asked = () => s3.commandCalls(GetObjectCommand).map(({ args: [{ input }] }) => input);

  beforeEach(() => {
    s3.reset();
    sts.reset();
    sts.on(GetCallerIdentityCommand).resolves({ Account: "111122223333" });
  });

  test("is found by vault, account and region where the function does not answer", async () => {
    s3.on(GetObjectCommand).resolves(body(TEXT));
    const { capture, note } = await findCapture(bare, vault);
    expect([capture?.instance.instanceId, note]).toStrictEqual(["i-1", undefined]);
    expect(asked()).toStrictEqual([{ Bucket: "smart-vault-test-manifests-111122223333-us-west-2", Key: CAPTURE }]);
  });

  test("of another DR region is asked where that of the point's own region refuses", async () => {
    const denied = Object.assign(new Error("no"), { name: "AccessDenied" });
    s3.on(GetObjectCommand).rejectsOnce(denied).resolves(body(TEXT));
    const { capture, note } = await findCapture(bare, { ...vault, settings: IN_BOTH });
    expect([capture?.instance.instanceId, note]).toStrictEqual(["i-1", undefined]);
    expect(asked().map(({ Bucket }) => Bucket?.endsWith(DR2.region))).toStrictEqual([false, true]);
  });

  test("that refuses is named in a note", async () => {
    s3.on(GetObjectCommand).rejects(Object.assign(new Error("no"), { name: "AccessDenied" }));
    const { capture, note } = await findCapture(bare, { ...vault, settings: IN_BOTH });
    expect(capture).toBeUndefined();
    expect(note).toMatch(
      /^no capture could be read, so tags are all there is: us-west-2: .*AccessDenied.*; eu-west-1: /,
    );
  });

  describe("with user data", () => {
    const EARLIER = "2026-11-20T03:00:00Z";
    const withUserData = (slot: string) =>
      JSON.stringify({ ...(written?.body as object), slot, userData: "IyEvYmluL3No" });
    const keyOf = (slot: string) => captureKey("i-1", slot);
    const find = (known: object, wanted?: BlobName[]) => findBlobs(bare, { vault, ...known }, wanted);

    test("is not read where the tags name none", async () => {
      expect(await find({})).toStrictEqual({ blobs: {}, notes: [] });
      expect(asked()).toStrictEqual([]);
    });

    test("is not read again where the capture of the point has them", async () => {
      const capture = parseCapture(withUserData(SLOT), bare);
      expect((await find({ capture, slots: { userData: SLOT } })).blobs).toStrictEqual({ userData: "IyEvYmluL3No" });
      expect(asked()).toStrictEqual([]);
    });

    test("is the one that the tags name, read once, and only if they are wanted", async () => {
      s3.on(GetObjectCommand).resolves(body(withUserData(EARLIER)));
      const slots = { userData: EARLIER, uefiData: EARLIER };
      const { blobs, notes } = await find({ slots });
      expect(blobs).toStrictEqual({ userData: "IyEvYmluL3No" });
      expect(notes).toStrictEqual([`UEFI variables captured with ${EARLIER} can't be read: it has none`]);
      expect(asked().map(({ Key }) => Key)).toStrictEqual([keyOf(EARLIER)]);
      expect(await find({ slots }, [])).toStrictEqual({ blobs: {}, notes: [] });
      expect(asked()).toHaveLength(1);
    });

    test("is named in a note where it can't be read", async () => {
      s3.on(GetObjectCommand).rejects(Object.assign(new Error("no"), { name: "AccessDenied" }));
      const { blobs, notes } = await find({ slots: { userData: EARLIER } });
      expect(blobs).toStrictEqual({});
      expect(notes).toStrictEqual([expect.stringMatching(/^user data captured with 2026-11-20.*AccessDenied/)]);
    });
  });

  test.each<[string, VaultSettings]>([
    ["without manifests", SETTINGS],
    ["of a function that knows no manifests", { ...SETTINGS, manifests: undefined as never }],
  ])("%s is not asked", async (_, settings) => {
    expect(await findCapture(bare, { ...vault, settings })).toStrictEqual({});
    expect(asked()).toStrictEqual([]);
  });
});
