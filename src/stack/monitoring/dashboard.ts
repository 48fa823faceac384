/** The vault's CloudWatch dashboard. dashboardBody.ts has its content. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Watched } from "./alarmTable";
import { dashboardBody } from "./dashboardBody";
import type { Account } from "../../iam/names";

export interface DashboardArgs extends Watched {
  /** `false`: no dashboard. */
  dashboard: boolean;
  account: pulumi.Output<Account>;
}

export function dashboard(args: DashboardArgs, opts: pulumi.CustomResourceOptions): void {
  if (!args.dashboard) return;
  const { vaultId, account } = args;
  new aws.cloudwatch.Dashboard(
    vaultId,
    {
      dashboardName: vaultId,
      dashboardBody: account.apply((known) => JSON.stringify(dashboardBody(args, known))),
    },
    opts,
  );
}
