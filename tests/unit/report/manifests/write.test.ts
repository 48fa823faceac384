/** Tests where captures and manifests are written, how often, and what happens in a region that refuses them. */
import { CreateSnapshotsCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../../src/vault/lib/time";
import type { ClockState } from "../../../../src/vault/model/memory/clockState";
import {
  CAPTURE,
  IN_BOTH,
  MANIFEST,
  MANIFESTED,
  RUN,
  SWEEP,
  fakeBucket,
  pair,
  rigOf,
  schemaFaults,
} from "../../../support/auditBucket";
import { lambdaContext } from "../../../support/rig";
import { DR2, NOW, copyOf, sealedIn } from "../../../support/world";

const THERE = DR2.region;
const { source, copy } = pair("0", 0);
const second = copyOf(source, "copy-2", { ...sealedIn(DR2), completedMs: copy.completedMs });

let bucket: ReturnType<typeof fakeBucket>;

beforeEach(() => {
  bucket = fakeBucket();
});

test("a capture is written to every DR region by the run that creates the snapshots, and by no other", async () => {
  const rig = rigOf(IN_BOTH);
  await rig.trigger(RUN);
  expect(bucket.keys().sort()).toStrictEqual([CAPTURE, `${THERE}/${CAPTURE}`]);
  expect(bucket.read(CAPTURE)).toStrictEqual(bucket.read(`${THERE}/${CAPTURE}`));
  expect(schemaFaults(bucket.read(CAPTURE), "capture")).toStrictEqual([]);

  const next = rigOf(IN_BOTH);
  next.sees([source], [copy, second]);
  next.at(NOW + HOUR_MS);
  next.carries(rig.clockSets().at(-1)?.input as ClockState);
  await next.trigger(SWEEP);
  expect(bucket.puts(CAPTURE)).toBe(1);
  expect(bucket.keys().sort()).toStrictEqual([CAPTURE, `${THERE}/${CAPTURE}`, `${THERE}/${MANIFEST}`, MANIFEST].sort());
});

test("a region that refuses does not keep another from its objects, and gets its manifest later", async () => {
  const rig = rigOf(IN_BOTH);
  bucket.refuse(403, THERE);
  rig.sees([source], [copy, second]);
  rig.at(NOW + HOUR_MS);
  await expect(rig.trigger(SWEEP)).rejects.toThrow(`the manifest bucket in ${THERE} lacks`);
  expect(bucket.keys()).toStrictEqual([MANIFEST]);
  expect(Object.keys(rig.clockPayload().notified)).toStrictEqual([`manifest-not-written/${THERE}`]);
  expect(Object.keys(rig.clockPayload().manifestsTo ?? {})).toContain("us-west-2");

  const next = rigOf(IN_BOTH);
  next.sees([source], [copy, second]);
  next.at(NOW + 2 * HOUR_MS);
  next.carries(rig.clockPayload());
  bucket.refuse(200);
  const before = bucket.puts();
  await next.trigger(SWEEP);
  expect(bucket.keys()).toStrictEqual([MANIFEST, `${THERE}/${MANIFEST}`]);
  expect(bucket.puts() - before).toBe(1);
});

test("a DR region that can't be read keeps no other region from its manifest", async () => {
  const rig = rigOf(IN_BOTH);
  rig.sees([source], [copy, second]);
  const down = Object.assign(new Error("down"), { name: "ServiceUnavailable", $metadata: { httpStatusCode: 503 } });
  rig.others.get(THERE)?.reader.on(DescribeSnapshotsCommand).rejects(down);
  rig.at(NOW + HOUR_MS);
  await rig.trigger(SWEEP).catch(() => undefined);
  expect(bucket.keys()).toStrictEqual([MANIFEST]);
});

test("a capture that can't be written is reported, and the snapshots are created all the same", async () => {
  const rig = rigOf(MANIFESTED);
  bucket.refuse(403);
  await expect(rig.trigger(RUN)).rejects.toThrow(`${CAPTURE}, because it could not be written`);
  expect(rig.slotsAsked()).toHaveLength(1);
  expect(rig.mails()).toHaveLength(1);
});

test.each([
  ["is written", 5, [CAPTURE]],
  ["is given up, and reported", 15, []],
])("a capture %s %d seconds after the deadline, when a manifest waits", async (_, seconds, keys) => {
  const rig = rigOf(MANIFESTED);
  const { source: old, copy: oldCopy } = pair("1", 1);
  rig.sees([old], [oldCopy]);
  rig.writer.on(CreateSnapshotsCommand).callsFake(() => {
    rig.at(NOW + seconds * SECOND_MS);
    return { Snapshots: [{ SnapshotId: "snap-1" }], $metadata: {} };
  });
  const { status } = await rig
    .trigger(RUN, lambdaContext(MINUTE_MS + 1))
    .catch((error: unknown) => ({ status: String(error) }));
  expect(bucket.keys()).toStrictEqual(keys);
  expect(status.includes("no time left")).toBe(keys.length === 0);
});
