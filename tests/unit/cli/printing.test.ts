/** What is printed where, with and without a terminal. */
import { regionOf } from "../../../src/cli/context";
import { failureOf } from "../../../src/cli/failure";
import { answerText, failurePrinted } from "../../../src/cli/print/answer";
import { lookOf } from "../../../src/cli/print/look";
import { renderTable } from "../../../src/cli/print/table";

const TERMINAL = { isTTY: true, columns: 100 };
const PIPE = {};

test.each([
  ["a terminal", TERMINAL, {}, true, true],
  ["a pipe", PIPE, {}, true, false],
  ["a pipe in CI", PIPE, { CI: "true", FORCE_COLOR: "1" }, true, false],
  ["NO_COLOR", TERMINAL, { NO_COLOR: "1" }, true, false],
  ["TERM=dumb", TERMINAL, { TERM: "dumb" }, true, false],
  ["--no-color", TERMINAL, {}, false, false],
])("colors with %s", (_what, stream, env, wants, hasColor) => {
  const { colors } = lookOf(stream, env, wants);
  expect(colors.bold("x") !== "x").toBe(hasColor);
});

const COLUMNS = [
  { title: "ID", value: ({ id }: { id: string }) => id },
  { title: "SIZE", value: () => 8, shown: () => "8 GiB" },
  { title: "ALL", value: () => undefined, isHidden: true as const },
];

test("a table has titles and columns on a terminal, and records with tabs in a pipe", () => {
  const rows = [{ id: "a" }, { id: "b\tc\u001b[31m" }];
  const plain = lookOf(TERMINAL, { NO_COLOR: "1" }, true);
  expect(renderTable(rows, COLUMNS, plain).split("\n")).toStrictEqual([
    "ID        SIZE",
    "a         8 GiB",
    "b c [31m  8 GiB",
  ]);
  expect(renderTable(rows, COLUMNS, lookOf(PIPE, {}, true))).toBe("a\t8\t-\nb c [31m\t8\t-");
  expect(renderTable([], COLUMNS, lookOf(PIPE, {}, true))).toBe("");
});

test("data goes to standard output, the rest to standard error", () => {
  const look = lookOf(PIPE, {}, true);
  const answer = { exitCode: 0 as const, heading: "head", body: () => "data", data: {}, notes: ["odd"] };
  const printed = answerText({ ...answer, next: [["vault list", "more"]] }, look, look);
  expect(printed).toStrictEqual({ before: "head\n", out: "data\n", after: "note: odd\nNext: vault list  # more\n" });
});

test("a failure keeps AWS's code and request id, and says what to do", () => {
  const error = {
    name: "UnauthorizedOperation",
    message: "not you",
    $metadata: { httpStatusCode: 403, requestId: "r-1" },
  };
  const failure = failureOf(error);
  expect(failure).toMatchObject({ exitCode: 4, code: "UnauthorizedOperation", requestId: "r-1" });
  const { out, after } = failurePrinted("list", failure, false);
  expect(out).toBe("");
  expect(after).toMatch(/^vault list: not you \(UnauthorizedOperation, request r-1\)\n {2}Your role lacks/);
  expect(JSON.parse(failurePrinted("list", failure, true).out)).toMatchObject({
    schema: 1,
    exitCode: 4,
    error: { code: "UnauthorizedOperation", message: "not you", requestId: "r-1" },
  });
});

test.each([
  [{ name: "CredentialsProviderError", message: "none" }, 4, /aws sso login/],
  [Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), 1, /AWS_ENDPOINT_URL/],
  [{ name: "Throttling", message: "slow" }, 1, /Try again/],
  [{ name: "Odd", message: "" }, 1, undefined],
])("the error %j ends with %i", (error, exitCode, hint) => {
  const failure = failureOf(error);
  expect(failure.exitCode).toBe(exitCode);
  if (hint === undefined) expect(failure.hint).toBeUndefined();
  else expect(failure.hint).toMatch(hint);
});

test("the region is --region, else AWS_REGION, and none is wrong usage", () => {
  expect(regionOf({ region: "us-west-2", color: true }, { AWS_REGION: "us-east-1" })).toBe("us-west-2");
  expect(regionOf({ color: true }, { AWS_REGION: "", AWS_DEFAULT_REGION: "us-gov-west-1" })).toBe("us-gov-west-1");
  expect(() => regionOf({ color: true }, {})).toThrow(expect.objectContaining({ exitCode: 2 }) as Error);
  expect(() => regionOf({ region: "mars", color: true }, {})).toThrow(
    expect.objectContaining({ exitCode: 2 }) as Error,
  );
});
