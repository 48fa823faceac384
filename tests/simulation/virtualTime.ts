/**
 * Keeps virtual time: a queue of events, and the time of the next one. Nothing here waits; a month passes as fast as
 * its events can be processed. Events of one millisecond happen in the order in which they were planned.
 */
export interface VirtualTime {
  nowMs(): number;
  /** Plans an event; a time that has passed means now. */
  at(atMs: number, happen: () => void): void;
  after(delayMs: number, happen: () => void): void;
  /** Lets the next event happen. Returns `false` if there is none before `untilMs`, which is then the time. */
  step(untilMs: number): boolean;
}

interface Planned {
  atMs: number;
  order: number;
  happen: () => void;
}

function earlier(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** Puts one at the end of a binary heap and lets it rise. */
function push(heap: Planned[], planned: Planned): void {
  let index = heap.length;
  heap.push(planned);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !earlier(planned, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = planned;
}

/** Takes the first of a binary heap and lets the last sink from its place. */
function pop(heap: Planned[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    const left = heap[childIndex];
    if (left === undefined) break;
    const right = heap[childIndex + 1];
    const child = right !== undefined && earlier(right, left) ? right : left;
    if (child === right) childIndex += 1;
    if (!earlier(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}

export function makeTime(startMs: number): VirtualTime {
  const heap: Planned[] = [];
  let nowMs = startMs;
  let order = 0;
  const at = (atMs: number, happen: () => void) => {
    order += 1;
    push(heap, { atMs: Math.max(nowMs, atMs), order, happen });
  };
  return {
    nowMs: () => nowMs,
    at,
    after: (delayMs, happen) => {
      at(nowMs + delayMs, happen);
    },
    step: (untilMs) => {
      const [next] = heap;
      if (next === undefined || next.atMs > untilMs) {
        nowMs = Math.max(nowMs, untilMs);
        return false;
      }
      pop(heap);
      nowMs = next.atMs;
      next.happen();
      return true;
    },
  };
}

const RealDate = Date;

/**
 * Makes `Date.now()` and `new Date()` return virtual time for everything in this process.
 * @returns a function that restores the real one
 */
export function installDate(nowMs: () => number): () => void {
  // This is not a subclass, because making one takes several times as long, and a month makes millions.
  const make = (...args: [] | [number | string]) => new RealDate(args[0] ?? nowMs());
  const VirtualDate = function (...args: [] | [number | string]) {
    return make(...args);
  };
  const { prototype, parse, UTC } = RealDate;
  globalThis.Date = Object.assign(VirtualDate, {
    prototype,
    parse,
    UTC,
    now: nowMs,
  }) as unknown as DateConstructor;
  return () => {
    globalThis.Date = RealDate;
  };
}
