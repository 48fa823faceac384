/** Tests single decisions, for what EC2 shows only for a moment. */
import type { Found, FoundInstance, FoundVolume } from "../../../src/restore/found";
import { nextOfUndo } from "../../../src/restore/next/undo";
import { nextOfVolumes } from "../../../src/restore/next/volumes";
import { attach } from "../../../src/restore/next/volumeSteps";
import { COLD, ORIGINAL, RESTORE_ID, ZONE, sourceWith, volumesOrder } from "../../support/restore/shapes";

const NOTHING: Found = { images: [], groups: [], volumes: [], ended: [], endedBefore: 0, interfaces: [], tasks: [] };
const INSTANCE: FoundInstance = {
  instanceId: ORIGINAL,
  state: "running",
  rootDevice: "/dev/sda1",
  availabilityZone: ZONE,
  mappings: [],
  interfaces: [],
  tags: {},
};

function made(volumeId: string, more: Partial<FoundVolume> = {}): FoundVolume {
  const tags = { "smart-vault:restore": RESTORE_ID, "smart-vault:restore-role": COLD.device };
  return { volumeId, state: "available", attachments: [], tags, ...more };
}

const AT = { instanceId: ORIGINAL, device: COLD.device, state: "attached", deleteOnTermination: false };
const wait = { wait: expect.any(String) as string };

test.each(["pending", "in-progress"])("takes nothing back while EC2 replaces a root (%s)", (state) => {
  const found = { ...NOTHING, instance: INSTANCE, volumes: [made("vol-1")], tasks: [{ taskId: "t", state }] };
  expect(nextOfUndo(found, { mode: "replace", restarts: true })).toMatchObject(wait);
});

test("deletes an interface only once its instance has left it", () => {
  const at = (isFree: boolean) => ({ ...NOTHING, interfaces: [{ interfaceId: "eni-1", isFree }] });
  const plan = { mode: "launch", restarts: false } as const;
  expect(nextOfUndo(at(false), plan)).toMatchObject(wait);
  expect(nextOfUndo(at(true), plan)).toStrictEqual({ action: { do: "delete-interface", interfaceId: "eni-1" } });
});

test("deletes a volume only once it is made", () => {
  const found = { ...NOTHING, volumes: [made("vol-1", { state: "creating" })] };
  expect(nextOfUndo(found, { mode: "volumes", restarts: false })).toMatchObject(wait);
});

test("waits at a device that is being freed, and fails at one that is in use", () => {
  const at = (state: string) => ({
    ...INSTANCE,
    mappings: [{ device: COLD.device, volumeId: "vol-0", state, deleteOnTermination: false }],
  });
  expect(attach(made("vol-1"), at("detaching"), COLD.device)).toMatchObject(wait);
  expect(attach(made("vol-1"), at("attached"), COLD.device)).toMatchObject({ failed: { code: "DeviceInUse" } });
});

test("attaches no volume that shows its attachment before the instance does", () => {
  expect(attach(made("vol-1", { attachments: [AT] }), INSTANCE, COLD.device)).toMatchObject(wait);
  expect(attach(made("vol-1"), INSTANCE, COLD.device)).toMatchObject({ action: { do: "attach-volume" } });
});

const ORDER = volumesOrder(sourceWith([COLD]), ORIGINAL);

test("deletes the one of two volumes for the same device that is not attached", () => {
  const volumes = [made("vol-1"), made("vol-2", { state: "in-use", attachments: [AT] })];
  const next = nextOfVolumes(ORDER, { ...NOTHING, instance: INSTANCE, volumes });
  expect(next).toStrictEqual({ action: { do: "delete-volume", volumeId: "vol-1" } });
  const both = nextOfVolumes(ORDER, { ...NOTHING, instance: INSTANCE, volumes: [made("vol-2"), made("vol-1")] });
  expect(both).toStrictEqual({ action: { do: "delete-volume", volumeId: "vol-2" } });
});

test("does not take a volume for there that is being deleted", () => {
  const volumes = [made("vol-1", { state: "deleting" })];
  expect(nextOfVolumes(ORDER, { ...NOTHING, volumes })).toMatchObject({ action: { do: "create-volume" } });
});

test("does not attach again what a person detached after the restore was done", () => {
  const one = made("vol-1");
  const done = { ...one, tags: { ...one.tags, "smart-vault:restore-state": "done" } };
  expect(nextOfVolumes(ORDER, { ...NOTHING, instance: INSTANCE, volumes: [done] })).toStrictEqual({ done: true });
});
