/** Checks that the bounds of override tags agree: the shortest and the longest permitted values. Pure. */
import { type OverrideBounds, ruleNamed, sizeOf } from "../../vault/retention/tagOverrides";

/** @returns a line for each mistake: the key, the expectation and the actual value */
export function overrideErrors({ overrideMin, overrideMax }: OverrideBounds): string[] {
  return Object.entries(overrideMin).flatMap(([name, given]) => {
    const got = `got ${JSON.stringify(given)}`;
    const rule = ruleNamed(name);
    const most = rule === undefined ? 0 : sizeOf(overrideMax, rule);
    if (rule === undefined || most === 0) {
      return [`overrideMin.${name}: expected none where overrideMax lets no tag change it, ${got}`];
    }
    const least = sizeOf(overrideMin, rule);
    if (least === 0) return [`overrideMin.${name}: expected what keeps something, ${got}`];
    if (least <= most) return [];
    const max = JSON.stringify(overrideMax[rule]);
    return [`overrideMin.${name}: expected at most overrideMax.${name}, which is ${max}, ${got}`];
  });
}
