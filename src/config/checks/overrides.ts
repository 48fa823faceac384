/** Checks that the bounds of override tags agree: the shortest and the longest permitted values. Pure. */
import { type ConfigError, configError } from "../configError";
import { type OverrideBounds, ruleNamed, sizeOf } from "../../vault/retention/tagOverrides";

/** Returns an error for each lower bound that does not fit its upper one. */
export function overrideErrors({ overrideMin, overrideMax }: OverrideBounds): ConfigError[] {
  return Object.entries(overrideMin).flatMap(([name, given]) => {
    const wrong = (expected: string) => [configError(`overrideMin.${name}`, expected, JSON.stringify(given))];
    const rule = ruleNamed(name);
    const most = rule === undefined ? 0 : sizeOf(overrideMax, rule);
    if (rule === undefined || most === 0) {
      return wrong("none where overrideMax lets no tag change it");
    }
    const least = sizeOf(overrideMin, rule);
    if (least === 0) return wrong("what keeps something");
    if (least <= most) return [];
    const max = JSON.stringify(overrideMax[rule]);
    return wrong(`at most overrideMax.${name}, which is ${max}`);
  });
}
