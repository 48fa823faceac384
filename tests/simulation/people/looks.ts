/** Records deletions by people, and invocations that saw everything. */
import type { VaultSettings } from "../../../src/vault/model/settings";
import type { SimSnapshot } from "../account/account";

/** A deletion by a person, with its time and the settings. */
export interface Taken {
  snapshot: SimSnapshot;
  atMs: number;
  settings: VaultSettings;
  isNotified?: true;
  isChecked?: true;
}

/** An invocation that saw everything and could report everything. */
interface CleanLook {
  startMs: number;
  endMs: number;
  /** True if the vault's last deletion was long before, so that lists show nothing deleted. */
  isQuiet: boolean;
}

/** Data about the vault's looks that the rules use. */
export interface Looks {
  clean: CleanLook[];
  /** Time at which the timer could not be read or set, or two invocations ran at once, so that the vault lost count. */
  lostMs: number;
  /** Names of the timer's calls. */
  deletedMs: number;
}

export function makeLooks(): Looks {
  return { clean: [], lostMs: -Infinity, deletedMs: -Infinity };
}
