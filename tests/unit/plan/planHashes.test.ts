/**
 * Compares the whole plans of seeded vaults with those of before, for changes that must not change a plan. After one that
 * must, write them again with `PLANS=write npx jest --coverage=false --selectProjects unit -- planHashes`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { takeInventory } from "../../../src/vault/inventory/inventory";
import type { ProblemKind } from "../../../src/vault/model/problem";
import { planVault } from "../../../src/vault/plan/plan";
import { planHash } from "../../support/planHash";
import { seededVault } from "../../support/seededVault";

const FILE = join(__dirname, "..", "..", "support", "planHashes.json");
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const RECORDS = 200;

const planned = SEEDS.map((seed) => {
  const vault = seededVault(seed, RECORDS);
  const inventory = takeInventory(vault.world, vault.settings);
  const plan = planVault({ ...vault, inventory });
  return { seed, vault, plan, hash: planHash(inventory, plan) };
});

test("plans the same for every seed as before", () => {
  const hashes = Object.fromEntries(planned.map(({ seed, hash }) => [seed, hash]));
  if (process.env.PLANS === "write") writeFileSync(FILE, `${JSON.stringify(hashes, undefined, 2)}\n`);
  expect(hashes).toStrictEqual(JSON.parse(readFileSync(FILE, "utf8")));
});

test("has a different hash if any list of a plan is in another order", () => {
  const { vault, plan, hash } = planned[0]!;
  const inventory = takeInventory(vault.world, vault.settings);
  for (const key of ["actions", "kept", "problems", "canonical"] as const) {
    const list = plan[key]!;
    expect(list.length).toBeGreaterThan(1);
    expect(planHash(inventory, { ...plan, [key]: [...list].reverse() })).not.toBe(hash);
  }
});

describe("the seeded vaults", () => {
  const KINDS: ProblemKind[] = [
    "slot-missed",
    "snapshot-errored",
    "bad-override",
    "not-protected-anymore",
    "unknown-policy",
    "orphans-kept",
    "copy-unusable",
    "copy-stuck",
    "not-copyable",
    "copy-expired-tag-ignored",
    "deletions-announced",
    "delete-limit-exceeded",
    "recovery-points-missing",
    "key-not-enabled",
    "tampering",
  ];

  test.each(KINDS)("have the problem %s", (kind) => {
    expect(planned.flatMap(({ plan }) => plan.problems).some((one) => one.kind === kind)).toBe(true);
  });

  const ACTIONS: [what: string, because: string | undefined][] = [
    ["snapshot", undefined],
    ["copy", undefined],
    ["delete", "retention"],
    ["delete", "redundant"],
    ["delete", "failed"],
  ];

  test.each(ACTIONS)("have the action %s (%s)", (kind, because) => {
    const actions = planned.flatMap(({ plan }) => plan.actions);
    expect(actions.some((one) => one.kind === kind && (one as { because?: string }).because === because)).toBe(true);
  });

  const REASONS = [
    /^daily \d+: /,
    /weekly \d+: /,
    /monthly (all|\d+): /,
    /^within /,
    /the oldest/,
    /one of the newest \d of vol-/,
    /a change waits/,
    /the deletion limit holds it/,
    /has a recovery point for/,
    /its policy removed is not among/,
    /its instance is not backed up any more/,
    /its encrypted copy snap-\w+ replaces it/,
    /made to replace snap-/,
    /a duplicate of snap-/,
    /its source snap-\w+ is in doubt/,
    /of it stays: /,
    /its copy in us-west-2 is missing/,
    /its copy in us-west-2 is pending/,
    /is PendingDeletion/,
  ];

  test.each(REASONS)("keep a snapshot because %s", (reason) => {
    expect(planned.flatMap(({ plan }) => plan.kept).some((one) => reason.test(one.reason))).toBe(true);
  });

  test("are read in part: a region, the instances, the timer", () => {
    const worlds = planned.map(({ vault }) => vault);
    expect(worlds.some(({ world, settings }) => Object.keys(world.copies).length < settings.dr.length)).toBe(true);
    expect(worlds.some(({ world }) => world.instances === undefined)).toBe(true);
    expect(worlds.some(({ world }) => world.changes === "unread")).toBe(true);
  });
});
