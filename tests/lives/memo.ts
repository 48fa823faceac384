/** Remembers what was made for a key. */

/** Returns what is known of a key, or makes it. */
export type Memo<Key, Value> = (key: Key, make: () => Value) => Value;

export function makeMemo<Key, Value>(): Memo<Key, Value> {
  const known = new Map<Key, Value>();
  return (key, make) => {
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  };
}
