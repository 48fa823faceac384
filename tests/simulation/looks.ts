/** What the simulation knows of deletions by people, and of invocations that saw everything. */
import type { VaultSettings } from "../../src/vault/model/settings";
import type { SimSnapshot } from "./account";

/** What a person deleted, when, and under which settings. */
export interface Taken {
  snapshot: SimSnapshot;
  atMs: number;
  settings: VaultSettings;
  isTold?: true;
  isChecked?: true;
}

/** An invocation that saw everything, and of which everything was heard. */
interface CleanLook {
  startMs: number;
  endMs: number;
  /** Whether the vault's last deletion was long before: lists show nothing any more that is gone. */
  isQuiet: boolean;
}

/** What the rules know of the vault's looks. */
export interface Looks {
  clean: CleanLook[];
  /** When the clock could not be read or set, or two invocations ran at once: then the vault loses count. */
  lostMs: number;
  /** By the clock's own words. */
  deletedMs: number;
}

export function makeLooks(): Looks {
  return { clean: [], lostMs: -Infinity, deletedMs: -Infinity };
}
