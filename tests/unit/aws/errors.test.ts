import fc from "fast-check";
import { type Meaning, causeOf, holdersOf, meaningOf } from "../../../src/vault/aws/errors";
import { vaultError } from "../../../src/vault/lib/errors";

const CODES: Record<Exclude<Meaning, "refused">, string[]> = {
  limit: [
    "ResourceLimitExceeded",
    "PendingSnapshotLimitExceeded",
    "SnapshotLimitExceeded",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "EC2ThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "SnapshotLimitExceeded",
  ],
  busy: [
    "ConcurrentSnapshotLimitExceeded",
    "SnapshotCreationPerVolumeRateExceeded",
    "ConcurrentTagAccess",
    "IncorrectState",
    "InvalidState",
    "RetryableError",
  ],
  gone: ["InvalidSnapshot.NotFound", "InvalidInstanceID.NotFound", "InvalidVolume.NotFound"],
  "in-use": ["InvalidSnapshot.InUse"],
  denied: ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthFailure"],
  unknown: ["InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable"],
};

describe.each(Object.entries(CODES))("an error that means %s", (meaning, codes) => {
  test.each(codes)("%s", (name) => {
    const error = Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } });
    expect(meaningOf(causeOf(error))).toBe(meaning);
  });
});

describe("an unknown code", () => {
  test.each([
    ["refused", 400],
    ["refused", 403],
    ["unknown", 500],
    ["unknown", 502],
    ["unknown", 200],
    ["unknown", undefined],
  ])("is %s with HTTP status %p", (meaning, httpStatusCode) => {
    const error = Object.assign(new Error("?"), { name: "Odd", $metadata: { httpStatusCode } });
    expect(meaningOf(causeOf(error))).toBe(meaning);
  });

  test("is unknown if the connection was cut", () => {
    const error = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    expect(meaningOf(causeOf(error))).toBe("unknown");
  });

  test("is not looked up among the properties that every object has", () => {
    expect(meaningOf(causeOf({ name: "constructor" }))).toBe("unknown");
  });
});

describe("the cause", () => {
  test("has what a log line needs", () => {
    const error = {
      name: "Other",
      Code: "AccessDenied",
      message: "not you",
      $metadata: { requestId: "r-1", httpStatusCode: 403 },
    };
    expect(causeOf(error)).toStrictEqual({
      code: "AccessDenied",
      message: "not you",
      requestId: "r-1",
      answered: true,
    });
  });

  test.each([
    ["a text", "boom", "boom"],
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a number", 5, "5"],
    ["an object without a prototype", Object.create(null), "an error that says nothing of itself"],
  ])("of %s that was thrown is that value as text", (_what, thrown, message) => {
    expect(causeOf(thrown)).toStrictEqual({
      code: "Error",
      message,
      requestId: undefined,
      answered: false,
    });
  });

  test("is found for anything that can be thrown", () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true });
    fc.assert(
      fc.property(anything, (thrown) => {
        const cause = causeOf(thrown);
        expect(typeof cause.code).toBe("string");
        expect(typeof cause.message).toBe("string");
        expect([...Object.keys(CODES), "refused"]).toContain(meaningOf(cause));
      }),
    );
  });
});

describe("what prevents a deletion", () => {
  const holders = (name: string, message: string, httpStatusCode = 400) =>
    holdersOf(causeOf(Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })));
  const inUse = "The snapshot snap-1 is currently in use by";

  test.each([
    ["one AMI", "InvalidSnapshot.InUse", `${inUse} ami-073ea150746f0b1e5`, ["ami-073ea150746f0b1e5"]],
    ["two AMIs", "InvalidSnapshot.InUse", `${inUse} ami-1a, ami-2b.`, ["ami-1a", "ami-2b"]],
    ["one AMI, named twice", "InvalidSnapshot.InUse", "ami-1a holds it, ami-1a", ["ami-1a"]],
    ["something unnamed", "InvalidSnapshot.InUse", "no", []],
    ["a lock, whatever its code", "OddCode", "Snapshot snap-1 is LOCKED until then", []],
    ["a lock, with a code that is otherwise temporary", "IncorrectState", "snap-1 is locked", []],
    ["nothing, it is temporary", "IncorrectState", "snap-1 is pending", undefined],
    ["a lock, in other words", "OddCode", "a snapshot lock is in place", []],
    ["nothing, it is refused for another reason", "OddCode", "the block device is odd", undefined],
    ["nothing, a permission is missing", "UnauthorizedOperation", "locked out", undefined],
    ["nothing, it is gone", "InvalidSnapshot.NotFound", "locked", undefined],
  ])("is %s", (_what, code, message, expected) => {
    expect(holders(code, message)).toStrictEqual(expected);
  });

  test("is not known if AWS gave no answer", () => {
    expect(holders("OddCode", "locked", 500)).toBeUndefined();
  });
});

test("gives the vault's own error the name that Lambda reports, and its text", () => {
  const error = vaultError("BackupFailed", "two volumes");
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe("BackupFailed: two volumes");
});
