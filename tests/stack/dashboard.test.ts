/** Tests that nothing on the dashboard is empty because of a wrong name, and that CloudWatch accepts it. */
import { dashboardBody } from "../../src/stack/monitoring/dashboardBody";
import { type DeclaredStack, declareStack } from "../support/stackProgram";
import { watchedVault } from "../support/watchedVault";
import { DR, SETTINGS, keeping } from "../support/world";

const WATCHED = {
  ...SETTINGS,
  drRegions: [DR.region],
  timeoutSeconds: 600,
  memoryMb: 512,
  maxRecoveryPointAgeHours: 0,
  copyOverdueHours: 24,
};
const ACCOUNT = { partition: "aws", accountId: "111122223333" };

interface Properties {
  region?: string;
  stat?: string;
  period?: number;
  metrics?: unknown[][];
  markdown?: string;
  alarms?: string[];
  annotations?: { horizontal: { value: number; label: string }[] };
}
/** The body as CloudWatch gets it. */
const { widgets } = JSON.parse(JSON.stringify(dashboardBody(WATCHED, ACCOUNT))) as {
  widgets: {
    type: string;
    x: number;
    y: number;
    width: number;
    height: number;
    properties: Properties;
  }[];
};
const graphs = widgets.filter(({ type }) => type === "metric");
const drawn = graphs.flatMap(({ properties }) => properties.metrics ?? []);

/** `namespace name dimension=value …` */
function keyOf([namespace, name, ...rest]: unknown[]): string {
  const words = rest.filter((word): word is string => typeof word === "string");
  const pairs = words.flatMap((word, n) => (n % 2 === 0 ? [`${word}=${words[n + 1]}`] : []));
  return [namespace, name, ...pairs].join(" ");
}

/**
 * What AWS sends: Lambda developer guide, "Types of metrics for Lambda functions"; EventBridge Scheduler user guide,
 * "Monitoring Amazon EventBridge Scheduler with Amazon CloudWatch".
 */
const OF_AWS = [
  ...["Invocations", "Errors", "Throttles", "Duration"].map(
    (name) => `AWS/Lambda ${name} FunctionName=${SETTINGS.vaultId}`,
  ),
  ...["InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount"].map(
    (name) => `AWS/Scheduler ${name} ScheduleGroup=${SETTINGS.vaultId}`,
  ),
];

/** Metrics that no such night sends: tests/unit/plan/orphans.test.ts and leftRegions.test.ts check them. */
const OF_WHAT_NOBODY_COUNTS = [
  ...["OrphanRecoveryPoints", "OrphanGiB"].flatMap((name) =>
    [SETTINGS.primaryRegion, DR.region].map(
      (region) => `SmartVault ${name} service=${SETTINGS.vaultId} region=${region}`,
    ),
  ),
  ...["LeftRegionSnapshots", "LeftRegionGiB"].map((name) => `SmartVault ${name} service=${SETTINGS.vaultId}`),
];

test("shows only metrics that the function sends on some night, or that AWS sends", async () => {
  const vault = watchedVault(600, { ...SETTINGS, policies: keeping(1) });
  const nights = [
    {},
    {},
    { copiesLimited: true },
    { copiesRefused: true },
    { snapshotsRefused: true },
    { noInstances: true },
    {},
  ];
  for (const night of nights) await vault.night(night);
  const sent = vault.points
    .filter(({ namespace }) => namespace === "SmartVault")
    .map(({ namespace, name, dimensions }) => keyOf([namespace, name, ...Object.entries(dimensions).flat()]));
  const known = new Set([...sent, ...OF_AWS, ...OF_WHAT_NOBODY_COUNTS]);
  const plain = drawn.filter(([first]) => typeof first === "string");
  expect(plain.length).toBeGreaterThan(25);
  expect(plain.map(keyOf).filter((key) => !known.has(key))).toStrictEqual([]);
  // Metrics that the one expression searches for, by namespace, dimension and a word of the name.
  const [expression, ...others] = drawn.filter(([first]) => typeof first !== "string");
  expect(others).toStrictEqual([]);
  expect(expression?.[0]).toMatchObject({
    expression: `SEARCH('{SmartVault,service} service="${SETTINGS.vaultId}" ActionsDeferred', 'Sum', 3600)`,
  });
  const found = sent.filter((key) => key.startsWith("SmartVault ActionsDeferred."));
  expect(found).toContain(`SmartVault ActionsDeferred.ResourceLimitExceeded service=${SETTINGS.vaultId}`);
});

test("reads everything from the primary region, where it is sent, and from this account", () => {
  for (const { properties } of graphs) expect(properties.region).toBe("us-east-1");
  const { alarms = [] } = widgets.find(({ type }) => type === "alarm")?.properties ?? {};
  expect(alarms).toHaveLength(10);
  expect(alarms[0]).toBe("arn:aws:cloudwatch:us-east-1:111122223333:alarm:smart-vault-test-errors");
});

describe("the dashboard body", () => {
  test("has widgets within the grid of 24 columns, none on top of another", () => {
    const cells = widgets.flatMap(({ x, y, width, height }) => {
      expect([x, y].every((at) => Number.isInteger(at) && at >= 0)).toBe(true);
      expect(x + width).toBeLessThanOrEqual(24);
      return Array.from({ length: width * height }, (_, n) => `${x + (n % width)} ${y + Math.floor(n / width)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(widgets.length).toBeLessThanOrEqual(500);
  });

  test("has graphs with a statistic, a period, and metrics of alternating names and values", () => {
    for (const { properties } of graphs) {
      expect(["Sum", "Maximum", "Minimum"]).toContain(properties.stat);
      expect((properties.period ?? 0) % 60).toBe(0);
      for (const metric of properties.metrics ?? []) {
        const options = metric.at(-1);
        expect(options).toHaveProperty("label");
        const words = metric.slice(0, -1);
        expect(words.every((word) => typeof word === "string")).toBe(true);
        expect(words.length % 2).toBe(0);
      }
    }
  });

  test("explains every row of graphs in a text", () => {
    const rows = [...new Set(widgets.map(({ y }) => y))];
    expect(rows).toHaveLength(6);
    for (const row of rows) {
      const [first] = widgets.filter(({ x, y }) => y === row && x === 0);
      expect(first?.type).toBe("text");
      expect(first?.properties.markdown).toMatch(/^##? .+\n.{80}/);
    }
  });

  test("shows the alarms' own limits as lines", () => {
    const lines = graphs.flatMap(({ properties }) => properties.annotations?.horizontal ?? []);
    expect(lines).toStrictEqual([
      { value: 34, label: "too old" },
      { value: 1_440, label: "overdue" },
      { value: 600_000, label: "timeout" },
    ]);
  });
});

describe("the dashboard in the stack", () => {
  const type = "aws:cloudwatch/dashboard:Dashboard";
  let stack: DeclaredStack;
  beforeAll(async () => {
    stack = await declareStack("prod");
  });

  test("has the vault's name, and shows the account that is deployed to", () => {
    const { dashboardName, dashboardBody: json } = stack.inputs(type);
    expect(dashboardName).toBe("smart-vault-prod");
    expect(String(json)).toContain("arn:aws:cloudwatch:us-east-1:123456789012:alarm:smart-vault-prod-errors");
    expect(JSON.parse(String(json))).toHaveProperty("widgets");
  });
});
