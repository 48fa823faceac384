/** Tests that user data go into captures and nowhere else, through the whole handler. */
import { CreateSnapshotsCommand, DescribeInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { PublishCommand } from "@aws-sdk/client-sns";
import { AUDITED, CAPTURE, IN_BOTH, RUN, fakeBucket, rigOf, schemaFaults } from "../../support/auditBucket";
import { DR2 } from "../../support/world";

const SECRET = Buffer.from("#!/bin/sh\necho 'password=hunter2'").toString("base64");

async function run(userData: boolean, isRefused: boolean) {
  const bucket = fakeBucket();
  const rig = rigOf({ ...IN_BOTH, audit: AUDITED.audit, userData });
  rig.primary.on(DescribeInstanceAttributeCommand, { Attribute: "userData" }).resolves({ UserData: { Value: SECRET } });
  if (isRefused) bucket.refuse(403, CAPTURE);
  const result = await rig.trigger(RUN).catch((error: unknown) => String(error));
  return { rig, bucket, result };
}

test("are in the capture of each DR region", async () => {
  const { bucket } = await run(true, false);
  for (const key of [CAPTURE, `${DR2.region}/${CAPTURE}`]) {
    expect(bucket.read(key)).toMatchObject({ userData: SECRET });
    expect(schemaFaults(bucket.read(key), "capture")).toStrictEqual([]);
  }
});

test("are not asked for by default", async () => {
  const { rig, bucket } = await run(false, false);
  const asked = rig.primary.commandCalls(DescribeInstanceAttributeCommand).map(({ args }) => args[0].input.Attribute);
  expect(asked).not.toContain("userData");
  expect(bucket.read(CAPTURE)).not.toHaveProperty("userData");
});

test.each([
  ["written", false],
  ["refused", true],
])("are in no tag, log line, metric, mail, timer or result where the capture is %s", async (_what, isRefused) => {
  const { rig, bucket, result } = await run(true, isRefused);
  const others = bucket.keys().filter((key) => !key.endsWith(CAPTURE));
  const seen = {
    tags: rig.writer.commandCalls(CreateSnapshotsCommand).map(({ args }) => args[0].input),
    lines: rig.lines,
    measured: rig.measured,
    timer: rig.clockPayload(),
    mails: rig.sns.commandCalls(PublishCommand).map(({ args }) => args[0].input),
    others: others.map((key) => bucket.read(key)),
    result,
  };
  expect([seen.tags.length, seen.others.length]).toStrictEqual([1, 1]);
  expect(rig.lines.length).toBeGreaterThan(0);
  expect(JSON.stringify(seen)).not.toContain(SECRET.slice(0, 12));
  expect(JSON.stringify(seen.tags)).toContain("userdata=2026-11-22T03:00:00Z");
});
