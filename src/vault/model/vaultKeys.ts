/** Keys of the vault. Pure. */
import type { KeyedRegion, CoreSettings } from "./settings";

/** Returns the keys of the copies and of the primary region's encrypted replacements, each once, with its region. */
export function vaultKeysOf({
  dr,
  primaryRegion: region,
  primaryKeyArn: keyArn,
}: Pick<CoreSettings, "dr" | "primaryRegion" | "primaryKeyArn">): KeyedRegion[] {
  const keys = keyArn === undefined ? [...dr] : [...dr, { region, keyArn }];
  const isFirst = (one: KeyedRegion, index: number) => keys.findIndex((other) => other.keyArn === one.keyArn) === index;
  return keys.filter(isFirst).map((one) => ({ region: one.region, keyArn: one.keyArn }));
}
