/** The AWS providers of a vault: one per region, all with the stack's own `aws:` configuration. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AWS_NAMESPACE, providerArgs, providerValues } from "../config/provider";
import { isSecretKey } from "../config/secrets";

export interface VaultProviders {
  primary: aws.Provider;
  /** By region. */
  dr: Record<string, aws.Provider>;
}

/** Returns the stack's settings of the provider; its secrets remain secrets. */
function stackArgs(): aws.ProviderArgs {
  const args = Object.entries(providerArgs(providerValues(pulumi.runtime.allConfig())));
  return Object.fromEntries(
    args.map(([key, value]) => [key, isSecretKey(`${AWS_NAMESPACE}${key}`) ? pulumi.secret(value) : value]),
  );
}

/** Makes a provider for each region of a validated configuration. */
export function vaultProviders(primaryRegion: string, drRegions: readonly string[]): VaultProviders {
  const args = stackArgs();
  const provider = (name: string, region: string) => new aws.Provider(name, { ...args, region: region as aws.Region });
  return {
    primary: provider("primary", primaryRegion),
    dr: Object.fromEntries(drRegions.map((region) => [region, provider(`dr-${region}`, region)])),
  };
}
