/** Smart Vault: configuration → its regions → one vault → outputs. */
import { readConfig } from "./src/config/config";
import { vaultProviders } from "./src/stack/providers";
import { SmartVault } from "./src/stack/smartVault";

const config = readConfig();

const providers = vaultProviders(config.primaryRegion, config.drRegions);

const vault = new SmartVault(config.vaultId, { config, ...providers });

export const functionName = vault.functionName;
export const topicArn = vault.topicArn;
export const keyArns = vault.keyArns;
/** Empty text without `audit`, because Pulumi warns about an output that has no value. */
export const auditBucket = vault.auditBucket.apply((bucket) => bucket ?? "");
/** Empty text without `operatorRole`. */
export const operatorRoleArn = vault.operatorRoleArn.apply((arn) => arn ?? "");
export const schedule = `${config.schedule} ${config.timezone}`;
export const regions = { primary: config.primaryRegion, dr: config.drRegions };
