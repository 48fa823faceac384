/** Tests what of a configuration an edit's cost is computed from. */
import { costedStack } from "../../../src/local/forecast/editCost";
import { parseConfig } from "../../../src/config/config";
import { RAW } from "../../support/rawConfig";
import { SETTINGS, instance, volume } from "../../support/world";

test("costs an instance's own rules as the vault applies them: cut to the bound", () => {
  const policies = { true: { keep: { daily: 7 }, drKeep: { daily: 7 } } };
  const tags = { [SETTINGS.tagKey]: "true", [`${SETTINGS.tagKey}-keep-daily`]: "60" };
  const covered = [{ volumeId: "vol-1", gib: 8, instance: instance("i-1", [volume("vol-1")], tags) }];
  const rulesUnder = (daily: number) =>
    costedStack(
      parseConfig(RAW),
      { ...SETTINGS, policies, overrideMax: { daily } },
      { declared: [], outputs: {} },
      covered,
    ).volumes;
  expect(rulesUnder(90)).toMatchObject([{ keep: { daily: 60 }, drKeep: { daily: 7 } }]);
  expect(rulesUnder(30)).toMatchObject([{ keep: { daily: 30 }, drKeep: { daily: 7 } }]);
  expect(rulesUnder(5)).toMatchObject([{ keep: { daily: 7 }, drKeep: { daily: 7 } }]);
});
