/** Applies a plan on an AWS that refuses nothing and finishes at once. It is pure and returns a new world. */
import { worldAfter } from "../../src/cli/plan/ahead";
import type { Action } from "../../src/vault/model/actions";
import type { World } from "../../src/vault/model/world";
import { SETTINGS } from "./world";

/** Applies actions to a world of {@link SETTINGS}; a region that it does not show gets nothing. */
export function applyToWorld(world: World, actions: readonly Action[], nowMs: number): World {
  return worldAfter(world, actions, { primaryRegion: SETTINGS.primaryRegion, nowMs });
}
