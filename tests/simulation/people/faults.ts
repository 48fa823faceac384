/**
 * Draws what can go wrong in a run, and how likely: the seed picks the kinds and their strength. Probabilities are per
 * call, per invocation or per day, as the name says. All of it stops in the quiet days that end each storm.
 */
import { HOUR_MS, MINUTE_MS } from "../../../src/vault/lib/time";
import type { Random } from "../random";

/** AWS's behavior without a fault. */
interface Nature {
  /** Minimum and maximum duration of a snapshot and of a copy. */
  snapshotMs: [min: number, max: number];
  copyMs: [min: number, max: number];
  /** Draws a copy's duration instead, for a bench. */
  drawCopyMs?: () => number;
  /** One call's time on the wire. */
  latencyMs: [min: number, max: number];
  pageSize: number;
  /** True if lists come the newest first; AWS promises no order. */
  newestFirst: boolean;
  /** Time that the function takes to read one record of a describe's answer. */
  readMs: number;
  /** Time for which a describe may still miss a write. */
  consistencyMs: number;
}

/** Probabilities per call. */
interface CallFaults {
  zeroPage: number;
  lostAnswer: number;
  internalError: number;
  /** Probability of no answer at all until the client's own timeout. */
  hang: number;
  killBefore: number;
  killAfter: number;
  /** Probability that the process stops until Lambda ends it. */
  freeze: number;
}

/** Probabilities per snapshot or copy, and how crowded the account is by others. */
interface LimitFaults {
  snapshotError: number;
  copyError: number;
  /** The share of time that other users of the account leave next to nothing of a limit. */
  busyBuckets: number;
  busyCopySlots: number;
  busyPending: number;
  /** The share of copies that EC2 takes hours over. */
  slowCopy: number;
  /** Calls with a person's tags that an organization's tag policy refuses. */
  tagPolicy: number;
  /** The account's own limits: copies in flight per region, pending snapshots. */
  copySlots: number;
  pendingSlots: number;
}

/** Probabilities per event of Scheduler and Lambda. */
interface DeliveryFaults {
  lost: number;
  repeated: number;
  late: number;
  concurrency: number;
}

/** Number of events per day. */
interface DailyRates {
  people: number;
  keyDisabled: number;
  drDown: number;
  schedulerDown: number;
  snsDown: number;
  denied: number;
  /** Edits of the stack's retention. */
  edits: number;
  /** Tags, Descriptions and slots that somebody wrote who should not. */
  tampering: number;
}

export interface Faults {
  /** Names of the kinds that are on. */
  kinds: string[];
  nature: Nature;
  calls: CallFaults;
  limits: LimitFaults;
  delivery: DeliveryFaults;
  daily: DailyRates;
}

const NO_CALL_FAULTS: CallFaults = {
  zeroPage: 0,
  lostAnswer: 0,
  internalError: 0,
  hang: 0,
  killBefore: 0,
  killAfter: 0,
  freeze: 0,
};

export const NO_LIMIT_FAULTS: LimitFaults = {
  snapshotError: 0,
  copyError: 0,
  busyBuckets: 0,
  busyCopySlots: 0,
  busyPending: 0,
  slowCopy: 0,
  tagPolicy: 0,
  copySlots: 20,
  pendingSlots: 100,
};

function drawNature(random: Random): Nature {
  const snapshotMs = random.skewed(2 * MINUTE_MS, HOUR_MS);
  const copyMs = random.skewed(2 * MINUTE_MS, 2 * HOUR_MS);
  return {
    snapshotMs: [snapshotMs / 4, snapshotMs],
    copyMs: [copyMs / 4, copyMs],
    latencyMs: [20, random.skewed(50, 2_000)],
    pageSize: random.pick([7, 1_000, 1_000, 1_000]),
    newestFirst: false,
    readMs: 0,
    consistencyMs: random.chance(0.5) ? 0 : random.skewed(1_000, 3 * MINUTE_MS),
  };
}

type Kind = (faults: Faults, random: Random) => void;

/** One entry per kind of fault; each sets its own numbers. */
const KINDS: Readonly<Record<string, Kind>> = {
  "zero pages": ({ calls }) => {
    calls.zeroPage = 0.2;
  },
  "lost answers": ({ calls }, random) => {
    calls.lostAnswer = random.skewed(0.002, 0.1);
    calls.internalError = random.skewed(0.002, 0.1);
  },
  hangs: ({ calls }, random) => {
    calls.hang = random.skewed(0.001, 0.03);
  },
  kills: ({ calls }, random) => {
    calls.killBefore = random.skewed(0.001, 0.05);
    calls.killAfter = random.skewed(0.001, 0.05);
    calls.freeze = random.skewed(0.0002, 0.01);
  },
  "snapshot errors": ({ limits }, random) => {
    limits.snapshotError = random.skewed(0.01, 0.3);
  },
  "copy errors": ({ limits }, random) => {
    limits.copyError = random.skewed(0.01, 0.5);
  },
  "busy buckets": ({ limits }, random) => {
    limits.busyBuckets = random.skewed(0.05, 0.6);
  },
  "busy copy slots": ({ limits }, random) => {
    limits.busyCopySlots = random.skewed(0.1, 0.8);
  },
  "busy pending slots": ({ limits }, random) => {
    limits.busyPending = random.skewed(0.1, 0.8);
  },
  delivery: ({ delivery }, random) => {
    delivery.lost = random.skewed(0.005, 0.2);
    delivery.repeated = random.skewed(0.005, 0.2);
    delivery.late = random.skewed(0.005, 0.2);
  },
  "two at once": ({ delivery }, random) => {
    delivery.concurrency = random.int(2, 3);
    delivery.repeated = random.skewed(0.01, 0.3);
  },
  people: ({ daily }, random) => {
    daily.people = random.skewed(0.3, 4);
  },
  "key disabled": ({ daily }, random) => {
    daily.keyDisabled = random.skewed(0.03, 0.2);
  },
  "DR region down": ({ daily }, random) => {
    daily.drDown = random.skewed(0.03, 0.2);
  },
  "Scheduler down": ({ daily }, random) => {
    daily.schedulerDown = random.skewed(0.05, 0.5);
  },
  "SNS down": ({ daily }, random) => {
    daily.snsDown = random.skewed(0.05, 0.5);
  },
  "config edits": ({ daily }, random) => {
    daily.edits = random.skewed(0.05, 0.5);
  },
  "rights denied": ({ daily }, random) => {
    daily.denied = random.skewed(0.03, 0.2);
  },
  "slow copies": ({ limits }, random) => {
    limits.slowCopy = random.skewed(0.02, 0.2);
  },
  // Snapshots and copies end soon, so that a night's work fits the limits.
  "small limits": ({ limits, nature }, random) => {
    limits.copySlots = random.int(1, 3);
    limits.pendingSlots = random.int(6, 9);
    nature.copyMs = [MINUTE_MS, 5 * MINUTE_MS];
    nature.snapshotMs = [MINUTE_MS, 5 * MINUTE_MS];
    nature.newestFirst = true;
  },
  "tag policies": ({ limits }, random) => {
    limits.tagPolicy = random.skewed(0.02, 0.5);
  },
};

/** A tenth of the seeds is calm, a tenth has one kind of fault alone; the others have each kind by its own draw. */
function drawKinds(random: Random): string[] {
  const names = Object.keys(KINDS);
  const lot = random.next();
  if (lot < 0.1) return [];
  if (lot < 0.2) return [random.pick(names)];
  const share = random.skewed(0.1, 0.7);
  return names.filter(() => random.chance(share));
}

/** Returns no faults; AWS behaves as it does. */
export function noFaults(nature: Nature): Faults {
  return {
    kinds: [],
    nature,
    calls: { ...NO_CALL_FAULTS },
    limits: { ...NO_LIMIT_FAULTS },
    delivery: { lost: 0, repeated: 0, late: 0, concurrency: 1 },
    daily: {
      people: 0,
      keyDisabled: 0,
      drDown: 0,
      schedulerDown: 0,
      snsDown: 0,
      denied: 0,
      edits: 0,
      tampering: 0,
    },
  };
}

/** The share of seeds with a tamperer. */
const TAMPERED = 0.5;

export function drawFaults(random: Random): Faults {
  const kinds = drawKinds(random.fork("kinds"));
  const faults: Faults = { ...noFaults(drawNature(random.fork("nature"))), kinds };
  for (const kind of faults.kinds) KINDS[kind]?.(faults, random.fork(kind));
  // By its own draw, so that the other kinds' stories remain the same.
  const tamperer = random.fork("tampering");
  if (tamperer.chance(TAMPERED)) {
    faults.kinds.push("tampering");
    faults.daily.tampering = tamperer.skewed(0.2, 6);
  }
  return faults;
}
