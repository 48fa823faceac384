/**
 * Content of the dashboard, as CloudWatch accepts it (API reference, "Dashboard Body Structure and Syntax"). All
 * metrics are sent in the primary region, including those of DR regions. Pure.
 */
import { METRIC, METRIC_NAMESPACE, REGION_METRIC as R } from "../../vault/model/metricNames";
import { type AlarmDefinition, alarmTable, staleHours, type Watched } from "./alarmTable";
import { type DashboardBody, type Metric, type Widget, graph, laidOut, text } from "./dashboardWidgets";
import { type Account, namesOf } from "../../iam/names";

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

type Row = (watched: Watched) => Widget[];

const own = ({ vaultId }: Watched, name: string, label: string): Metric => [
  METRIC_NAMESPACE,
  name,
  "service",
  vaultId,
  { label },
];

const inRegion = ({ vaultId }: Watched, name: string, region: string, label = region): Metric => [
  METRIC_NAMESPACE,
  name,
  "service",
  vaultId,
  "region",
  region,
  { label },
];

const coverage: Row = (watched) => {
  const { primaryRegion, drRegions } = watched;
  const dr = (name: string, what: string) =>
    drRegions.map((region) => inRegion(watched, name, region, `${what} ${region}`));
  return [
    text(
      "## Coverage\n**Is everything backed up?** Once a day: instances with the backup tag, the volumes that have their " +
        "recovery point of the newest slot, and their copies. Copies lag behind snapshots for hours, not for a day.",
    ),
    graph(primaryRegion, 9, {
      title: "Instances that carry the tag, runs that completed",
      stat: "Maximum",
      periodSeconds: DAY_SECONDS,
      metrics: [
        own(watched, METRIC.instancesTargeted, "instances"),
        own(watched, METRIC.zeroMatches, "none matched"),
        [...own(watched, METRIC.runsCompleted, "runs").slice(0, -1), { label: "runs", stat: "Sum" }],
      ],
    }),
    graph(primaryRegion, 9, {
      title: "Of the newest slot: completed and failed",
      stat: "Maximum",
      periodSeconds: DAY_SECONDS,
      metrics: [
        inRegion(watched, R.snapshotsCompleted, primaryRegion, "snapshots"),
        inRegion(watched, R.snapshotsFailed, primaryRegion, "snapshots failed"),
        ...dr(R.copiesCompleted, "copies"),
        ...dr(R.copiesFailed, "copies failed"),
      ],
    }),
  ];
};

const freshness: Row = (watched) => {
  const { primaryRegion, drRegions, copyOverdueHours } = watched;
  const hours = staleHours(watched);
  return [
    text(
      "## Freshness\n**How much would be lost now?** Left: age of the newest recovery point of the instance that is worst off, as each " +
        "run finds it; a nightly vault shows 24. Right: since when a snapshot has lacked its copy; nothing drawn means that all are copied. " +
        "Above the line the alarm is on.",
    ),
    graph(primaryRegion, 9, {
      title: "Highest recovery point age, hours",
      stat: "Maximum",
      periodSeconds: DAY_SECONDS,
      metrics: [primaryRegion, ...drRegions].map((region) => inRegion(watched, R.maxRecoveryPointAge, region)),
      ...(hours !== undefined && { limit: { value: hours, label: "too old" } }),
    }),
    graph(primaryRegion, 9, {
      title: "Oldest missing copy, minutes",
      stat: "Maximum",
      periodSeconds: HOUR_SECONDS,
      metrics: drRegions.map((region) => inRegion(watched, R.oldestMissingCopy, region)),
      limit: { value: 60 * copyOverdueHours, label: "overdue" },
    }),
  ];
};

const holdings: Row = (watched) => {
  const regions = [watched.primaryRegion, ...watched.drRegions];
  const each = (title: string, name: string, orphans: string, left: string) =>
    graph(watched.primaryRegion, 9, {
      title,
      stat: "Maximum",
      periodSeconds: DAY_SECONDS,
      metrics: [
        ...regions.map((region) => inRegion(watched, name, region)),
        ...regions.map((region) => inRegion(watched, orphans, region, `orphans ${region}`)),
        own(watched, left, "regions that left"),
      ],
    });
  return [
    text(
      "## What is kept\n**What could be restored?** Recovery points by region, and the sum of their volumes' sizes. It is not what is " +
        "billed: snapshots are incremental, and blocks that did not change cost once (docs/METRICS.md). Orphans and regions that left the " +
        "stack are there until somebody deletes them.",
    ),
    each("Recovery points", R.recoveryPoints, R.orphanPoints, METRIC.leftSnapshots),
    each("Protected, GiB", R.protectedGiB, R.orphanGiB, METRIC.leftGiB),
  ];
};

const work: Row = (watched) => {
  const { primaryRegion, drRegions, vaultId } = watched;
  const everywhere = [primaryRegion, ...drRegions];
  const deferred = `SEARCH('{${METRIC_NAMESPACE},service} service="${vaultId}" ${METRIC.actionsDeferred}', 'Sum', ${HOUR_SECONDS})`;
  return [
    text(
      "## Work\n**What is it doing?** Copies that EC2 is at work on (20 fit into a region at once), deletions, and deferred work, by " +
        "AWS's reason. Deferred work is normal, and later invocations do it. `NoTime` all day means that an invocation is too short.",
    ),
    graph(primaryRegion, 6, {
      title: "Copies in flight, and deferred",
      stat: "Maximum",
      periodSeconds: 300,
      metrics: drRegions.flatMap((region) => [
        inRegion(watched, R.copiesInFlight, region, `in flight ${region}`),
        inRegion(watched, R.copiesDeferred, region, `deferred ${region}`),
      ]),
    }),
    graph(primaryRegion, 6, {
      title: "Started and deleted",
      stat: "Sum",
      periodSeconds: DAY_SECONDS,
      metrics: [
        inRegion(watched, R.snapshotsStarted, primaryRegion, "snapshots"),
        ...drRegions.map((region) => inRegion(watched, R.copiesStarted, region, `copies ${region}`)),
        ...everywhere.map((region) => inRegion(watched, R.snapshotsDeleted, region, `deleted ${region}`)),
      ],
    }),
    graph(primaryRegion, 6, {
      title: "Deferred, by reason",
      stat: "Sum",
      periodSeconds: HOUR_SECONDS,
      metrics: [[{ expression: deferred, id: "deferred", label: "" }]],
    }),
  ];
};

const machinery: Row = (watched) => {
  const { primaryRegion, timeoutSeconds, vaultId } = watched;
  const lambda = (name: string, rest: object): Metric => [
    "AWS/Lambda",
    name,
    "FunctionName",
    namesOf(vaultId).function,
    { ...rest },
  ];
  const scheduler = (name: string): Metric => [
    "AWS/Scheduler",
    name,
    "ScheduleGroup",
    namesOf(vaultId).scheduleGroup,
    { label: name, stat: "Sum" },
  ];
  return [
    text(
      "## Machinery\n**Is the vault itself well?** Each error is mailed once a day. All of it except this dashboard costs up to " +
        "2.65 USD per month for 100 volumes (docs/COST.md); snapshot storage and transfer are the rest of the bill.",
    ),
    graph(primaryRegion, 6, {
      title: "Invocations, errors, problems",
      stat: "Sum",
      periodSeconds: HOUR_SECONDS,
      metrics: [
        lambda("Invocations", { label: "invocations" }),
        own(watched, METRIC.invocationsCompleted, "completed"),
        lambda("Errors", { label: "errors" }),
        lambda("Throttles", { label: "throttles" }),
        own(watched, METRIC.problemsSeen, "problems"),
      ],
    }),
    graph(primaryRegion, 6, {
      title: "Duration, ms; of runs in seconds",
      stat: "Maximum",
      periodSeconds: HOUR_SECONDS,
      metrics: [
        lambda("Duration", { label: "longest invocation" }),
        [...own(watched, METRIC.runDuration, "run").slice(0, -1), { label: "run, seconds", yAxis: "right" }],
      ],
      limit: { value: timeoutSeconds * 1_000, label: "timeout" },
    }),
    graph(primaryRegion, 6, {
      title: "Calls by Scheduler",
      stat: "Sum",
      periodSeconds: HOUR_SECONDS,
      metrics: ["InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount"].map(scheduler),
    }),
  ];
};

function alarmRow(watched: Watched, { partition, accountId }: Account): Widget[] {
  const { vaultId, primaryRegion } = watched;
  const arn = ({ key }: AlarmDefinition) =>
    `arn:${partition}:cloudwatch:${primaryRegion}:${accountId}:alarm:${vaultId}-${key}`;
  const heading =
    `# ${vaultId}\nBacks up tagged instances of ${primaryRegion}, with copies in ${watched.drRegions.join(", ")}. ` +
    "**All green: nothing to do.** Each alarm's description names its page of docs/RUNBOOK.md.";
  const properties = { title: "Alarms", alarms: alarmTable(watched).map(arn) };
  return [text(heading, 8, 4), { type: "alarm", width: 16, height: 4, properties }];
}

export function dashboardBody(watched: Watched, account: Account): DashboardBody {
  const rows = [coverage, freshness, holdings, work, machinery].map((row) => row(watched));
  return {
    start: "-P14D",
    periodOverride: "inherit",
    widgets: laidOut([alarmRow(watched, account), ...rows]),
  };
}
