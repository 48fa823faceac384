/**
 * Decides what AWS's errors mean to the vault, in one place. Errors are distinguished by code, never by `instanceof`,
 * because classes do not survive Pulumi's serializer. Codes: AWS, "Error codes for the Amazon EC2 API".
 */
import type { Cause } from "../model/cause";

/**
 * Meaning of an error:
 *
 * - `limit`: AWS accepts no more of this kind now, in this region or account. The vault stops that kind and continues
 *   later.
 * - `busy`: this one resource cannot take the call now, but others can.
 * - `gone`: the subject of the call does not exist (any more).
 * - `in-use`: something else holds the resource, and the vault does not force it.
 * - `unknown`: no answer, or an error of AWS's own. The vault looks again before it repeats the call.
 * - `denied`: the role lacks a permission.
 * - `refused`: anything else. The same call will fail again.
 */
export type Meaning = "limit" | "busy" | "gone" | "in-use" | "unknown" | "denied" | "refused";

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ResourceLimitExceeded: "limit",
  PendingSnapshotLimitExceeded: "limit",
  SnapshotLimitExceeded: "limit",
  RequestLimitExceeded: "limit",
  Throttling: "limit",
  ThrottlingException: "limit",
  EC2ThrottledException: "limit",
  RequestThrottled: "limit",
  TooManyRequestsException: "limit",
  ConcurrentSnapshotLimitExceeded: "busy",
  SnapshotCreationPerVolumeRateExceeded: "busy",
  ConcurrentTagAccess: "busy",
  // An earlier request for the same resource is still in progress; the last one is AWS's own word for "try again".
  IncorrectState: "busy",
  InvalidState: "busy",
  RetryableError: "busy",
  "InvalidSnapshot.NotFound": "gone",
  "InvalidInstanceID.NotFound": "gone",
  "InvalidVolume.NotFound": "gone",
  "InvalidSnapshot.InUse": "in-use",
  UnauthorizedOperation: "denied",
  AccessDenied: "denied",
  AccessDeniedException: "denied",
  AuthorizationError: "denied",
  AuthFailure: "denied",
  InternalError: "unknown",
  InternalFailure: "unknown",
  Unavailable: "unknown",
  ServiceUnavailable: "unknown",
};

interface ErrorShape {
  name?: unknown;
  message?: unknown;
  Code?: unknown;
  $metadata?: { requestId?: unknown; httpStatusCode?: unknown };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Converts anything to text. `String` throws for an object that has no conversion. */
function spoken(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "an error that says nothing of itself";
  }
}

/** Reads an SDK exception, a Node error or anything else that was thrown. Total. */
export function causeOf(error: unknown): Cause {
  const shape: ErrorShape = typeof error === "object" && error !== null ? error : {};
  const status = shape.$metadata?.httpStatusCode;
  return {
    code: text(shape.Code) ?? text(shape.name) ?? "Error",
    message: text(shape.message) ?? spoken(error),
    requestId: text(shape.$metadata?.requestId),
    answered: typeof status === "number" && status >= 400 && status < 500,
  };
}

export function meaningOf(cause: Cause): Meaning {
  const known = Object.hasOwn(MEANINGS, cause.code) ? MEANINGS[cause.code] : undefined;
  if (known !== undefined) return known;
  return cause.answered ? "refused" : "unknown";
}

/**
 * Returns what forbids a deletion: the AMIs that AWS names ("The snapshot snap-… is currently in use by ami-…"). The
 * list is empty if AWS names none. Returns `undefined` if nothing holds the snapshot and the deletion failed for
 * another reason.
 *
 * AWS documents no error code for a locked snapshot (docs/adr/0009), so a lock is recognized by the message.
 */
export function holdersOf(cause: Cause): string[] | undefined {
  const meaning = meaningOf(cause);
  const isAnswer = meaning === "refused" || meaning === "busy";
  const saysLocked = isAnswer && /\block(ed)?\b/i.test(cause.message);
  if (meaning !== "in-use" && !saysLocked) return undefined;
  return [...new Set(cause.message.match(/\bami-[0-9a-z]+/g) ?? [])];
}
