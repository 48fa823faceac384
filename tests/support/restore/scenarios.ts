/** Every kind of restore that the loops go through. */
import type { World } from "./account";
import {
  BASE_IMAGE,
  COLD,
  DATA,
  ORIGINAL,
  RED_HAT,
  ROOT,
  SECOND_INTERFACE,
  SHARED,
  SOURCE,
  emptyRegion,
  launchOrder,
  regionWithOriginal,
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
  launch("by the detour, with a shared volume, under another key", sourceWith([ROOT, DATA, SHARED], { usageOperation: RED_HAT }), {
    baseImageId: BASE_IMAGE,
    kmsKeyId: "key-b",
    initializationRate: 200,
  }, () => emptyRegion({ losesBilling: true })),
  launch("with a shared volume", sourceWith([ROOT, SHARED, COLD])),
  launch("of a protected instance", sourceWith([ROOT], PROTECTED)),
  launch("with two interfaces", sourceWith([ROOT, DATA], {}, TWO_INTERFACES)),
  launch("with two interfaces, isolated and protected", sourceWith([ROOT], PROTECTED, TWO_INTERFACES), { isIsolated: true }),
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
