import { faults, withValues } from "../support/rawConfig";

test.each([
  ["0", []],
  ["25", []],
  [
    "24",
    [
      "maxRecoveryPointAgeHours: expected 0, or more than the 24 hours that cron(0 3 * * ? *) leaves between runs, got 24: a recovery point gets that old though all is well",
    ],
  ],
])("checks maxRecoveryPointAgeHours %s with a nightly schedule", (maxRecoveryPointAgeHours, lines) => {
  expect(faults(withValues({ maxRecoveryPointAgeHours }))).toStrictEqual(lines);
});
