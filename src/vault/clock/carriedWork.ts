/**
 * Reads what the timer's payload says of work under way, as far as it is valid, because a person may have written anything
 * there. Pure.
 */
import { isRecord } from "../lib/json";
import { parseIso } from "../lib/time";
import type { Awaited, AwaitedWork } from "../model/memory/clockState";

function isInstant(value: unknown): boolean {
  return typeof value === "string" && parseIso(value) !== undefined;
}

function isAwaited(one: unknown): one is Awaited {
  if (!isRecord(one) || typeof one.pending !== "string") return false;
  return isInstant(one.since) && (one.until === undefined || isInstant(one.until));
}

/** Returns the work under way by region; `undefined` if any of it cannot be read, so that everything is looked at. */
export function awaitedOf(carried: unknown): AwaitedWork | undefined {
  if (!isRecord(carried) || !Object.values(carried).every(isAwaited)) return undefined;
  return carried as AwaitedWork;
}
