/** Lists mistakes by which tags, Descriptions, slots or keys would be believed again; part of mutantList.ts. */
import { MISSING_MUTANTS } from "./missingMutants";
import type { Mutant } from "./mutantList";

export const TAMPERING_MUTANTS: readonly Mutant[] = [
  {
    name: "what is in doubt is pruned like the rest",
    file: "inventory/inventory.ts",
    original: "const clear = own.every(isClear) ? own : own.filter(isClear);",
    mutated: "const clear = own;",
    plausible: "its Description says what it is, so its tags do not matter",
  },
  {
    name: "the rules are read from tags that somebody changed",
    file: "retention/effectiveRules.ts",
    original: "if (doubt !== undefined) {",
    mutated: 'if (doubt?.of === "identity") {',
    plausible: "the vault's own snapshot is its own, whatever happened to its tags",
  },
  {
    name: "a copy-expired tag is believed",
    file: "inventory/copies.ts",
    original: "!== undefined && released(snapshot))",
    mutated: "!== undefined)",
    plausible: "the vault wrote the tag itself, before it deleted the copy",
  },
  {
    name: "a Description is not compared with the start time",
    file: "identity/doubts.ts",
    original: "if (slotMs > dataMs + SLOT_AHEAD_MS || slotMs < dataMs - SLOT_LAG_MS) {",
    mutated: "if (slotMs > dataMs + SLOT_AHEAD_MS) {",
    plausible: "only a future time can outrank anything",
  },
  {
    name: "tags are not compared with the Description",
    file: "identity/doubts.ts",
    original: "if (tagsDigest(tags, form) === digest) return undefined;",
    mutated: "if (tags[TAG.slot] === identity.slot) return undefined;",
    plausible: "the slot decides, so only the slot is compared",
  },
  {
    name: "what was changed is not reported",
    file: "plan/doubts.ts",
    original: "...doubtProblems(all), ",
    mutated: "",
    plausible: "nothing is lost, since it is kept",
  },
  {
    name: "a stranger's snapshot with the vault's tags is not reported",
    file: "observe/strangers.ts",
    original: 'return nowMs - (parseIso(clock.strangersAt ?? "") ?? -Infinity) >= PAUSE_MS;',
    mutated: "return false;",
    plausible: "the vault never changes it, so why ask",
  },
  {
    name: "pruning continues while a key is lost",
    file: "plan/keyGate.ts",
    original: 'actions: deletes.filter(({ because }) => because === "failed"),',
    mutated: "actions: [...deletes],",
    plausible: "the copies are completed and encrypted: the list says so",
  },
  {
    name: "copies continue under a lost key",
    file: "plan/keyGate.ts",
    original: "if (lost.length === 0) return [...copies];",
    mutated: "if (lost.length >= 0) return [...copies];",
    plausible: "EC2 accepts the call",
  },
  {
    name: "a future slot is accepted",
    file: "observe/event.ts",
    original: "if (slotMs > nowMs + SLOT_AHEAD_MS) {",
    mutated: "if (slotMs > nowMs + 365 * 24 * SLOT_AHEAD_MS) {",
    plausible: "a slot is whatever the caller says",
  },
  ...MISSING_MUTANTS,
];
