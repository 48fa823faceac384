/** Smart Vault: configuration → its regions → one vault → outputs. */
import * as aws from "@pulumi/aws";
import { readConfig } from "./src/config";
import { SmartVault } from "./src/stack/smartVault";

const config = readConfig();

const primary = new aws.Provider("primary", { region: config.primaryRegion as aws.Region });
const dr = Object.fromEntries(
  config.drRegions.map((region) => [
    region,
    new aws.Provider(`dr-${region}`, { region: region as aws.Region }),
  ]),
);

const vault = new SmartVault(config.vaultId, { config, primary, dr });

export const functionName = vault.functionName;
export const topicArn = vault.topicArn;
export const keyArns = vault.keyArns;
export const auditBucket = vault.auditBucket;
export const schedule = `${config.schedule} ${config.timezone}`;
export const regions = { primary: config.primaryRegion, dr: config.drRegions };
