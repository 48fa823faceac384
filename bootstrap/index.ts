/** Bootstrap: identity providers → a state store, if one is wanted → roles for each stack → outputs (docs/DELIVERY.md). */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { readBootstrap } from "./config";
import { stackRoles } from "./roles";
import { stateStore } from "./state";
import { GITHUB_AUDIENCE, GITHUB_ISSUER, PULUMI_ISSUER } from "./trust";

const config = readBootstrap();
const { github, pulumiOrganization, stateBucket } = config;
const tags = { "smart-vault:vault": `${pulumi.getProject()}-${pulumi.getStack()}` };

const account = pulumi
  .all([aws.getPartitionOutput(), aws.getCallerIdentityOutput()])
  .apply(([{ partition }, { accountId }]) => ({ partition, accountId }));

/** Creates or imports an identity provider: AWS has one per issuer and account (docs/DELIVERY.md). */
function provider(name: string, issuer: string, audience: string): pulumi.Output<string> {
  const args = { url: `https://${issuer}`, clientIdLists: [audience], tags };
  return new aws.iam.OpenIdConnectProvider(name, args).arn;
}

const providers = pulumi.output({
  ...(github !== undefined && { github: provider("github", GITHUB_ISSUER, GITHUB_AUDIENCE) }),
  ...(pulumiOrganization !== undefined && {
    pulumi: provider("pulumi", PULUMI_ISSUER, pulumiOrganization),
  }),
});

const state = stateBucket === undefined ? undefined : stateStore(stateBucket, account, tags);

/** Values that a stack's CI and configuration need, by stack. */
export const stacks = Object.fromEntries(
  config.stacks.map((stack) => [stack, stackRoles({ config, stack, account, providers, state, tags })]),
);

const { region } = aws.config;
const hasState = stateBucket !== undefined && region !== undefined;
/** For `pulumi login`, and for `pulumi stack init --secrets-provider`; empty text without a state bucket. */
export const backend = hasState ? `s3://${stateBucket}?region=${region}&awssdk=v2` : "";
export const secretsProvider = hasState ? `awskms://alias/smart-vault-state?region=${region}` : "";
