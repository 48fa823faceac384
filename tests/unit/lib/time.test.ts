import fc from "fast-check";
import { humanDuration, isoSeconds, parseIso } from "../../../src/vault/lib/time";

const instant = fc.date({
  min: new Date("1970-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
});

test("reads an instant that it wrote as the same second", () => {
  fc.assert(
    fc.property(instant, (date) => {
      const epochMs = date.getTime();
      expect(parseIso(isoSeconds(epochMs))).toBe(Math.floor(epochMs / 1000) * 1000);
    }),
  );
});

test("writes an instant as EventBridge Scheduler does", () => {
  expect(isoSeconds(Date.parse("2026-11-22T03:00:00.987Z"))).toBe("2026-11-22T03:00:00Z");
});

test.each(["", "tomorrow", "2026", "2026-11-22", "1794798000000", "2026-11-22T99:00:00Z", "22-11-2026T03:00:00Z"])(
  "reads %p as no instant",
  (text) => {
    expect(parseIso(text)).toBeUndefined();
  },
);

test("reads an instant with an offset as the instant that it names", () => {
  expect(parseIso("2026-11-22T05:00:00+02:00")).toBe(Date.parse("2026-11-22T03:00:00Z"));
});

test.each([
  [0, "0 seconds"],
  [1_000, "1 second"],
  [59_000, "59 seconds"],
  [60_000, "1 minute"],
  [90_000, "1.5 minutes"],
  [3_600_000, "1 hour"],
  [9_000_000, "2.5 hours"],
  [86_400_000, "1 day"],
  [30 * 86_400_000 + 4_320_000, "30.1 days"],
])("shows %d ms as %p", (durationMs, text) => {
  expect(humanDuration(durationMs)).toBe(text);
});
