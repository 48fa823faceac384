/**
 * Draws all random numbers: sfc32 seeded through splitmix32, ten lines, so that a seed means the same run on every
 * machine. (fast-check's `pure-rand` is no dependency of this project, and a generator that throws its state away at
 * each draw is slow here.) Each concern draws from a stream of its own, so that one more draw by the people does not
 * shift what the network does.
 */
export interface Random {
  /** Returns a number in [0, 1). */
  next(): number;
  /** Returns `true` with the given probability. */
  chance(probability: number): boolean;
  /** Returns a whole number, both ends included. */
  int(min: number, max: number): number;
  /** Returns a number between the two, low ones as likely as high ones of ten times the size. */
  skewed(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** Returns a separate stream, identified by its name. */
  fork(name: string): Random;
}

/** Hashes a text to 32 bits (FNV-1a), continuing an earlier result. */
export function hashText(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** Spreads a small seed over 32 bits; each call gives the next. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function sfc32(seed: number): () => number {
  const start = splitmix32(seed);
  let [a, b, c, counter] = [start(), start(), start(), 1];
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
}

export function makeRandom(seed: number): Random {
  const next = sfc32(seed);
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    chance: (probability) => probability > 0 && next() < probability,
    int,
    skewed: (min, max) => min * (max / min) ** next(),
    pick: (list) => {
      if (list.length === 0) throw new Error("nothing to pick from");
      return list[int(0, list.length - 1)] as (typeof list)[number];
    },
    hex: (digits) => {
      let text = "";
      while (text.length < digits) text += int(0, 0xffff).toString(16).padStart(4, "0");
      return text.slice(0, digits);
    },
    fork: (name) => makeRandom(hashText(name, hashText(String(seed)))),
  };
}
