/**
 * Remembers with each record the vault's own answer about it. A life reads the same thousand snapshots two thousand
 * times: parsing their records was half of its time, and a fifth of a simulation's.
 */
import * as records from "../../src/vault/aws/snapshotRecord";
import type { ListedSnapshot } from "../../src/vault/aws/snapshotScan";
import * as description from "../../src/vault/identity/description";
import * as calendars from "../../src/vault/retention/calendar";
import * as points from "../../src/vault/missing/pointMemory";
import * as time from "../../src/vault/lib/time";
import type { Snapshot } from "../../src/vault/model/world";
import { remembered } from "./remembered";

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A few lives' worth. */
const MOST_KEPT = 20_000;

function byText<To>(ask: (text: string) => To): (text: string) => To {
  return remembered(ask, (text) => text, MOST_KEPT);
}

/** Remembers what the vault makes of a record of EC2, as long as the simulation shows the same record. */
function byRecord(make: typeof records.toSnapshot): typeof records.toSnapshot {
  const known = new WeakMap<ListedSnapshot, { vaultId: string; region: string; snapshot: Snapshot | undefined }>();
  return (listed, reading) => {
    const { vaultId, region } = reading;
    const seen = known.get(listed);
    if (seen?.vaultId === vaultId && seen.region === region) return seen.snapshot;
    const snapshot = make(listed, reading);
    known.set(listed, { vaultId, region, snapshot });
    return snapshot;
  };
}

/** Remembers what the vault makes of an object of its own, as long as that exists. */
function byObject<From extends object, To>(make: (from: From) => To): (from: From) => To {
  const known = new WeakMap<From, To>();
  return (from) => {
    const seen = known.get(from);
    if (seen !== undefined) return seen;
    const made = make(from);
    known.set(from, made);
    return made;
  };
}

let isOn = false;

/** Installs the memory for the sources, once per process; the archive asks each time. */
export function rememberReads(): void {
  if (isOn) return;
  isOn = true;
  const { parseDescription } = description;
  const described = byText(parseDescription);
  Object.assign(description as Writable<typeof description>, { parseDescription: (text = "") => described(text) });
  (records as Writable<typeof records>).toSnapshot = byRecord(records.toSnapshot);
  (calendars as Writable<typeof calendars>).makeCalendar = byText(calendars.makeCalendar);
  const instants = time as Writable<typeof time>;
  instants.parseIso = byText(time.parseIso);
  instants.isoSeconds = remembered(time.isoSeconds, (epochMs) => epochMs, MOST_KEPT);
  (points as Writable<typeof points>).unpackCounts = byObject(points.unpackCounts);
}
