import fc from "fast-check";
import { type Meaning, causeOf, meaningOf, vaultError } from "../../src/vault/errors";

const CODES: Record<Exclude<Meaning, "refused">, string[]> = {
  limit: [
    "ResourceLimitExceeded",
    "PendingSnapshotLimitExceeded",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "EC2ThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
  ],
  busy: [
    "ConcurrentSnapshotLimitExceeded",
    "SnapshotCreationPerVolumeRateExceeded",
    "ConcurrentTagAccess",
  ],
  gone: ["InvalidSnapshot.NotFound", "InvalidInstanceID.NotFound", "InvalidVolume.NotFound"],
  "in-use": ["InvalidSnapshot.InUse"],
  denied: [
    "UnauthorizedOperation",
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthFailure",
  ],
  unknown: ["InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable"],
};

describe.each(Object.entries(CODES))("an error that means %s", (meaning, codes) => {
  test.each(codes)("%s", (name) => {
    const error = Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 400 } });
    expect(meaningOf(causeOf(error))).toBe(meaning);
  });
});

describe("a code that is not known", () => {
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

  test("is unknown where the connection was cut", () => {
    const error = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    expect(meaningOf(causeOf(error))).toBe("unknown");
  });

  test("is not looked up among the properties of every object", () => {
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
  ])("of %s that was thrown is its text", (_what, thrown, message) => {
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

test("the vault's own error has the name that Lambda reports, and its text", () => {
  const error = vaultError("BackupFailed", "two volumes");
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toBe("BackupFailed: two volumes");
});
