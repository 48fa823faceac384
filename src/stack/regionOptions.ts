/** Options of a vault's resources: parent and provider, by region. */
import type * as pulumi from "@pulumi/pulumi";

export interface RegionOptions {
  /** Options of the primary region's resources. */
  primary: pulumi.CustomResourceOptions;
  /** Options of each DR region's resources, by region. */
  dr: Readonly<Record<string, pulumi.CustomResourceOptions>>;
}
