/** Asks the deployed function for the vault's settings. Without them less is known, and each command says so. */
import { namesOf } from "../../iam/names";
import { asRecord, isRecord, isTexts } from "../../vault/lib/json";
import type { VaultSettings } from "../../vault/model/settings";
import { type FunctionAnswer, askFunction } from "./aws";
import { failureOf } from "../failure";

/** The settings, or why nobody knows them. */
export type Asked = { settings: VaultSettings; why?: undefined } | { settings?: undefined; why: string };

/** Decides whether an answer has the settings that the commands use. */
function isSettings(value: unknown): value is VaultSettings {
  if (!isRecord(value)) return false;
  const { vaultId, primaryRegion, dr, tagKey, policies, schedule, timezone } = value;
  return (
    isTexts([vaultId, primaryRegion, tagKey, schedule, timezone]) &&
    isRecord(policies) &&
    Array.isArray(dr) &&
    dr.every((one) => typeof asRecord(one)?.region === "string" && typeof asRecord(one)?.keyArn === "string")
  );
}

/** Reads the function's answer. */
export function settingsIn({ payload, error }: FunctionAnswer, region: string): Asked {
  const answer = asRecord(payload);
  if (error !== undefined) {
    const isOld = answer?.errorType === "BadEvent";
    const said = isOld
      ? "is of a version that does not report its settings; run `pulumi up`"
      : "failed when it was asked";
    return { why: `the function in ${region} ${said}` };
  }
  const { settings } = answer ?? {};
  if (isSettings(settings)) return { settings };
  return { why: `the function in ${region} gave an answer that this version does not understand` };
}

async function askIn(region: string, vaultId: string): Promise<Asked & { isAbsent?: boolean }> {
  try {
    const name = namesOf(vaultId).function;
    return settingsIn(await askFunction({ region, name }, { kind: "describe" }), region);
  } catch (error) {
    const { code, message } = failureOf(error);
    if (code === "ResourceNotFoundException") return { why: `${region} has no function ${vaultId}`, isAbsent: true };
    return { why: `the function in ${region} could not be asked: ${message} (${code})` };
  }
}

/**
 * Asks in each region until one answers.
 * @param regions where the function may be, the likeliest first
 */
export async function askSettings(vaultId: string, regions: readonly string[]): Promise<Asked> {
  const failures: (Asked & { isAbsent?: boolean })[] = [];
  for (const region of new Set(regions)) {
    const asked = await askIn(region, vaultId);
    if (asked.settings !== undefined) return asked;
    failures.push(asked);
  }
  const telling = failures.find(({ isAbsent }) => isAbsent !== true) ?? failures[0];
  return { why: telling?.why ?? "nobody knows where the function is" };
}
