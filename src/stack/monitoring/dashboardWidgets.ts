/** Widgets of a CloudWatch dashboard and their places in its grid of 24 columns. Pure. */

/** One widget without its place. */
export interface Widget {
  type: "metric" | "text" | "alarm";
  width: number;
  height: number;
  properties: Record<string, unknown>;
}

/** Namespace, name, dimension names and values in turn, and at the end how it is drawn. */
export type Metric = (string | Record<string, unknown>)[];

export interface DashboardBody {
  start: string;
  periodOverride: "inherit";
  widgets: (Widget & { x: number; y: number })[];
}

/** Graphs are beside the text that explains them. */
const TEXT_WIDTH = 6;
const HEIGHT = 6;

export function text(markdown: string, width = TEXT_WIDTH, height = HEIGHT): Widget {
  return { type: "text", width, height, properties: { markdown } };
}

interface Graph {
  title: string;
  stat: "Sum" | "Maximum" | "Minimum";
  periodSeconds: number;
  metrics: Metric[];
  /** A horizontal line, and its label. */
  limit?: { value: number; label: string };
}

export function graph(region: string, width: number, of: Graph): Widget {
  const { title, stat, periodSeconds: period, metrics, limit } = of;
  const annotations = limit === undefined ? {} : { annotations: { horizontal: [limit] } };
  const view = { view: "timeSeries", stacked: false, yAxis: { left: { min: 0 } } };
  const properties = { title, region, stat, period, metrics, ...view, ...annotations };
  return { type: "metric", width, height: HEIGHT, properties };
}

/** Lays out widgets from left to right, one row below the other; the widgets of a row have one height. */
export function laidOut(rows: readonly (readonly Widget[])[]): DashboardBody["widgets"] {
  let y = 0;
  return rows.flatMap((row) => {
    let x = 0;
    const placed = row.map((widget) => {
      const at = { ...widget, x, y };
      x += widget.width;
      return at;
    });
    y += row[0]?.height ?? 0;
    return placed;
  });
}
