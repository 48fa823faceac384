/** Every kind of restore that the loops go through. */
import fc from "fast-check";
import type { World } from "./account";
import {
  BASE_IMAGE,
  COLD,
  DATA,
  ORIGINAL,
  OTHERS_SHARED,
  RED_HAT,
  ROOT,
  SECOND_INTERFACE,
  SHARED,
  SOURCE,
  emptyRegion,
  launchOrder,
  regionWithOriginal,
  regionWithShared,
  replaceOrder,
  sourceWith,
  volumesOrder,
} from "./shapes";
import type { Order } from "../../../src/restore/order";
import type { RestoreSource } from "../../../src/restore/source";

export interface Scenario {
  name: string;
  source: RestoreSource;
  order: Order;
  world: () => World;
  /** Devices of the original that it may work on. */
  devices: readonly string[];
}

function launch(name: string, source: RestoreSource, wishes = {}, world = () => emptyRegion()): Scenario {
  return { name: `launch ${name}`, source, order: launchOrder(source, wishes), world, devices: [] };
}

const LICENSED = sourceWith([ROOT, DATA], { usageOperation: RED_HAT });
const TWO_INTERFACES = [...(SOURCE.captured?.interfaces ?? []), SECOND_INTERFACE];
const PROTECTED = { disableApiTermination: true, disableApiStop: true };

export const SCENARIOS: readonly Scenario[] = [
  launch("of three volumes", SOURCE),
  launch("in a group of its own", SOURCE, { isIsolated: true }),
  launch("with its billing code", LICENSED, { baseImageId: BASE_IMAGE }),
  launch("by the detour", LICENSED, { baseImageId: BASE_IMAGE }, () => emptyRegion({ losesBilling: true })),
  launch(
    "by the detour, with a shared volume, under another key",
    sourceWith([ROOT, DATA, SHARED], { usageOperation: RED_HAT }),
    {
      baseImageId: BASE_IMAGE,
      kmsKeyId: "key-b",
      initializationRate: 200,
    },
    () => emptyRegion({ losesBilling: true }),
  ),
  launch("with a shared volume", sourceWith([ROOT, SHARED, COLD])),
  launch(
    "with a volume of another restore",
    sourceWith([ROOT, DATA]),
    { shared: [{ volumeId: OTHERS_SHARED, device: "/dev/sdm" }] },
    () => regionWithShared(),
  ),
  launch("of a protected instance", sourceWith([ROOT], PROTECTED)),
  launch("with two interfaces", sourceWith([ROOT, DATA], {}, TWO_INTERFACES)),
  launch("with two interfaces, isolated and protected", sourceWith([ROOT], PROTECTED, TWO_INTERFACES), {
    isIsolated: true,
  }),
  { name: "volumes alone", source: SOURCE, order: volumesOrder(), world: () => emptyRegion(), devices: [] },
  {
    name: "volumes, attached",
    source: sourceWith([COLD, SHARED]),
    order: volumesOrder(sourceWith([COLD, SHARED]), ORIGINAL),
    world: () => regionWithOriginal(),
    devices: [],
  },
  replace("of all volumes", SOURCE, {}),
  replace("of one device", SOURCE, { devices: ["/dev/sdf"] }),
  replace("of the root, stopped", sourceWith([ROOT]), {}),
  replace("of the root by EC2's task", sourceWith([ROOT]), { isRootTask: true }),
  replace("of a stopped instance", SOURCE, { wasRunning: false }),
];

function replace(name: string, source: RestoreSource, shape: Parameters<typeof replaceOrder>[1]): Scenario {
  const order = replaceOrder(source, shape);
  const world = () => regionWithOriginal({}, order.wasRunning ? "running" : "stopped");
  return { name: `replace ${name}`, source, order, world, devices: order.volumes.map(({ device }) => device) };
}

/** Restores of any shape. */
export const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    mode: fc.constantFrom("launch", "volumes", "attached", "replace"),
    data: fc.subarray([DATA, COLD, SHARED]),
    isIsolated: fc.boolean(),
    losesBilling: fc.boolean(),
    hasTwoInterfaces: fc.boolean(),
    isRunning: fc.boolean(),
    isRootTask: fc.boolean(),
    launch: fc.record({
      disableApiTermination: fc.boolean(),
      disableApiStop: fc.boolean(),
      usageOperation: fc.constant(RED_HAT),
    }),
    kms: fc.constantFrom({}, { kmsKeyId: "key-b" }, { initializationRate: 300 }),
    ends: fc.constantFrom({}, { deleteOnTermination: true }, { deleteOnTermination: false }),
  })
  .map((shape) => {
    const {
      mode,
      data,
      isIsolated,
      losesBilling,
      hasTwoInterfaces,
      isRunning,
      isRootTask,
      launch: options,
      kms,
      ends,
    } = shape;
    const { deleteOnTermination: _ends, ...root } = ROOT;
    const source = sourceWith([{ ...root, ...ends }, ...data], options, hasTwoInterfaces ? TWO_INTERFACES : undefined);
    const troubles = { losesBilling };
    if (mode === "launch") {
      const wishes = { isIsolated, baseImageId: BASE_IMAGE, ...kms };
      return launch("of any shape", source, wishes, () => emptyRegion(troubles));
    }
    if (mode === "replace") {
      const isTask = isRootTask && isRunning && data.length === 0;
      return replace("of any shape", source, { wasRunning: isRunning, isRootTask: isTask });
    }
    const free = sourceWith(
      data.length === 0
        ? [COLD]
        : data
            .filter(({ device }) => device !== DATA.device)
            .concat(COLD)
            .slice(0, 1),
    );
    const order = mode === "volumes" ? volumesOrder(source) : volumesOrder(free, ORIGINAL);
    return {
      name: mode,
      source: mode === "volumes" ? source : free,
      order,
      world: () => regionWithOriginal(),
      devices: [],
    };
  });
