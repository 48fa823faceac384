/** Tests what a look into a region that left the stack gives: snapshots, or why they could not be read. */
import { DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { mockClient } from "aws-sdk-client-mock";
import { makeClients } from "../../../src/vault/aws/clients";
import { observeLeft } from "../../../src/vault/observe/leftLook";
import type { ChangeMemory } from "../../../src/vault/model/memory/changeMemory";
import type { World } from "../../../src/vault/model/world";
import { SETTINGS, SLOT } from "../../support/world";

const LEFT = "ap-south-1";
const clients = makeClients(SETTINGS);
const reader = mockClient(clients.readerIn(LEFT));

beforeEach(() => {
  reader.reset();
});

function worldWith(left: ChangeMemory["left"]): World {
  const settings = { ...SETTINGS, orphans: "keep" as const };
  const changes: ChangeMemory = { settings, regions: [], left, former: [], missing: [], notified: [], stopped: {} };
  return { copies: {}, problems: [], throttled: [], changes };
}

async function lookThatFailsWith(name: string) {
  reader.on(DescribeSnapshotsCommand).rejects(Object.assign(new Error("no"), { name }));
  const world = worldWith([{ region: LEFT, since: SLOT }]);
  return (await observeLeft(clients, SETTINGS, world)).left;
}

test("says why if AWS refuses a look", async () => {
  await expect(lookThatFailsWith("AuthFailure")).resolves.toMatchObject([
    { region: LEFT, since: SLOT, cause: { code: "AuthFailure", message: "no" } },
  ]);
});

test("says nothing if AWS throttles a look, which is made again the next day", async () => {
  await expect(lookThatFailsWith("RequestLimitExceeded")).resolves.toStrictEqual([{ region: LEFT, since: SLOT }]);
});

test("makes no call if no region left", async () => {
  const world = worldWith([]);
  await expect(observeLeft(clients, SETTINGS, world)).resolves.toBe(world);
  expect(reader.calls()).toHaveLength(0);
});
