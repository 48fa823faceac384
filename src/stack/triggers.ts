/**
 * Schedules that invoke the function: the run, the hourly sweep, and the follow-up timer, which the function sets
 * itself.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { STOPPED_CLOCK } from "../vault/model/memory/clockState";
import { namesOf } from "../iam/names";

export interface TriggerArgs {
  vaultId: string;
  schedule: string;
  timezone: string;
  functionArn: pulumi.Output<string>;
  schedulerRole: aws.iam.Role;
  tags: Record<string, string>;
}

/**
 * EventBridge Scheduler replaces this by the time for which the run was scheduled, which does not change on a
 * redelivery.
 */
const SCHEDULED_TIME = "<aws.scheduler.scheduled-time>";
/** An hour: the next sweep does the work of one that is later than that. */
const SWEEP_AGE_SECONDS = 3_600;

/** Gives the scheduler its one permission: to invoke this function. */
function invokePermission(args: TriggerArgs, opts: pulumi.CustomResourceOptions): aws.iam.RolePolicy {
  const policy = args.functionArn.apply((Resource) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Sid: "Invoke", Effect: "Allow", Action: "lambda:InvokeFunction", Resource }],
    }),
  );
  const role = args.schedulerRole.name;
  return new aws.iam.RolePolicy(namesOf(args.vaultId).schedulerRole, { role, policy }, opts);
}

/** Leaves out tags with an empty value: only Scheduler refuses them (API reference, Tag). */
function withValues(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== ""));
}

/** One schedule: its payload, its retries, and its own arguments. */
interface Trigger extends Pick<aws.scheduler.ScheduleArgs, ScheduleArg> {
  input: object;
  retryPolicy?: aws.types.input.scheduler.ScheduleTargetRetryPolicy;
}

type ScheduleArg =
  "description" | "scheduleExpression" | "scheduleExpressionTimezone" | "state" | "actionAfterCompletion";

/** Returns a function that makes schedules, after the scheduler is allowed to invoke the function. */
function scheduleMaker(args: TriggerArgs, opts: pulumi.CustomResourceOptions) {
  const { vaultId, functionArn, schedulerRole, tags } = args;
  const group = new aws.scheduler.ScheduleGroup(
    vaultId,
    { name: namesOf(vaultId).scheduleGroup, tags: withValues(tags) },
    opts,
  );
  const after = { ...opts, dependsOn: [invokePermission(args, opts)] };
  return (name: string, { input, retryPolicy, ...schedule }: Trigger, more: pulumi.CustomResourceOptions = {}) =>
    new aws.scheduler.Schedule(
      name,
      {
        name,
        groupName: group.name,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: functionArn,
          roleArn: schedulerRole.arn,
          input: JSON.stringify(input),
          retryPolicy,
        },
        ...schedule,
      },
      { ...after, ...more },
    );
}

/** @returns the sweep's schedule */
export function triggers(args: TriggerArgs, opts: pulumi.CustomResourceOptions): aws.scheduler.Schedule {
  const { vaultId } = args;
  const names = namesOf(vaultId);
  const schedule = scheduleMaker(args, opts);
  schedule(names.runSchedule, {
    description: `${vaultId}: back up`,
    input: { kind: "run", slot: SCHEDULED_TIME },
    scheduleExpression: args.schedule,
    scheduleExpressionTimezone: args.timezone,
  });
  const sweep = schedule(names.sweepSchedule, {
    description: `${vaultId}: look after what is left`,
    input: { kind: "sweep" },
    scheduleExpression: "rate(1 hour)",
    retryPolicy: { maximumEventAgeInSeconds: SWEEP_AGE_SECONDS, maximumRetryAttempts: 10 },
  });
  // A future time, which every validation accepts. It is never reached, because the timer is disabled until the
  // function sets it.
  schedule(
    names.clockSchedule,
    {
      description: `Follow-up timer of ${vaultId}: moved by the function, see docs/adr/0003`,
      input: { kind: "follow-up", notified: {} },
      scheduleExpression: STOPPED_CLOCK,
      state: "DISABLED",
      actionAfterCompletion: "NONE",
    },
    // The function changes these, and an update of the stack must not undo that.
    { ignoreChanges: ["scheduleExpression", "state", "target", "description"] },
  );
  return sweep;
}
