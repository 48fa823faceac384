/** What is said to do about AWS's refusals of a restore. */
import { findInstance, NONE_EXISTS } from "../../../../src/cli/reading/instances";
import { failureOf } from "../../../../src/cli/failure";

test.each([
  ["VcpuLimitExceeded", "no more", 1, "Service Quotas"],
  ["VolumeLimitExceeded", "no more", 1, "Service Quotas"],
  ["InsufficientInstanceCapacity", "none left", 1, "--instance-type"],
  [
    "UnauthorizedOperation",
    "no. Encoded authorization failure message: abc",
    4,
    "aws sts decode-authorization-message",
  ],
  ["RequestLimitExceeded", "slow down", 1, "throttles"],
])("%s has a hint", (name, message, exitCode, hint) => {
  const failure = failureOf(Object.assign(new Error(message), { name }));
  expect(failure).toMatchObject({ code: name, exitCode, hint: expect.stringContaining(hint) as string });
});

test("a refusal that is not encoded has nothing to decode", () => {
  const failure = failureOf(Object.assign(new Error("no"), { name: "UnauthorizedOperation" }));
  expect(failure.hint).not.toContain("decode");
});

test("an instance to attach to is meant by id, Name or a beginning, and is one of the region", () => {
  const known = [
    { instanceId: "i-0aaaaaaaaaaaa0001", name: "web-1" },
    { instanceId: "i-0bbbbbbbbbbbb0002", name: "db-1" },
  ];
  expect(findInstance("we", known, "r", NONE_EXISTS).instanceId).toBe("i-0aaaaaaaaaaaa0001");
  const none = () => findInstance("cache", known, "us-west-2", NONE_EXISTS);
  expect(none).toThrow(expect.objectContaining({ exitCode: 5, message: 'us-west-2 has no instance "cache"' }) as Error);
});
