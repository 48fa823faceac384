/**
 * Lists what Pulumi's own back end for object storage asks of a bucket, by command: read from its source, and partly
 * seen with the engine against an emulated S3 (`up`, `preview`, `stack init`, `stack rm`, `stack tag set`).
 */
import type { IamRequest } from "../../src/iam/evaluator";

/** Source of the table. A newer CLI with another layout needs a new reading. */
export const LAYOUT_VERSION = {
  /** Version in `.pulumi/meta.yaml`: stacks are in a folder of their project. */
  meta: 1,
  source:
    "pulumi/pulumi, pkg/backend/diy, at 002d849 (backend.go), 05a64e3 (state.go), 34cd18e (journal.go), 1e5fa8d (lock.go)",
  /** The CLI that was pinned when the table was read. */
  cli: "3.265.0",
} as const;

type Operation = "list" | "get" | "put" | "delete";
type Row = readonly [command: string, operation: Operation, ...keys: string[]];

/** Paths of stack S in project P, below `.pulumi/`. `N` is a time in nanoseconds, `U` the lock's UUID. */
const STATE = "stacks/P/S.json";
const COMPRESSED = ["stacks/P/S.json.gz", "stacks/P/S.json.zst"];
const BACKUP = [STATE, ...COMPRESSED].map((key) => `${key}.bak`);
const TAGS = "stacks/P/S.pulumi-tags";
const LOCK = "locks/organization/P/S/U.json";
const HISTORY = ["history", "checkpoint"].flatMap((kind) =>
  ["json", "json.gz", "json.zst"].map((ext) => `history/P/S/S-N.${kind}.${ext}`),
);
const BACKUPS = ["json", "json.gz", "json.zst"].map((ext) => `backups/P/S/S.N.${ext}`);
const JOURNAL = ["journal/P/S/manifest.json", "journal/P/S/0000000001.journal.json"];

/** Requests of a command that changes nothing. */
const READING: readonly Row[] = [
  ["any", "get", "meta.yaml"],
  ["any", "list", "stacks/", "stacks/P/S.json"],
  ["preview, stack output, stack export", "get", STATE, ...COMPRESSED],
  ["preview", "get", TAGS],
  ["stack history", "list", "history/P/S/"],
  ["stack history", "get", ...HISTORY],
];

/** Additional requests of an update. */
const WRITING: readonly Row[] = [
  ["up, refresh, destroy", "list", "locks/organization/P/S/", "journal/P/S/"],
  ["up, refresh, destroy", "get", LOCK, ...JOURNAL],
  ["up, refresh, destroy", "put", LOCK, STATE, ...COMPRESSED, ...BACKUP, ...HISTORY, ...BACKUPS],
  ["up, refresh, destroy", "put", ...JOURNAL],
  ["up, refresh, destroy", "delete", LOCK, STATE, ...COMPRESSED, ...JOURNAL],
  ["up, where checkpoints are retained", "put", "stacks/P/S.json.N"],
  ["cancel", "delete", LOCK],
  ["stack tag set", "put", TAGS],
  ["stack rm", "delete", STATE, ...COMPRESSED, ...BACKUP, TAGS, ...HISTORY, ...BACKUPS],
];

const ACTIONS: Readonly<Record<Operation, string>> = {
  list: "s3:ListBucket",
  get: "s3:GetObject",
  put: "s3:PutObject",
  delete: "s3:DeleteObject",
};

interface LayoutRequest extends IamRequest {
  command: string;
}

function requestsOf(rows: readonly Row[], bucketArn: string, project: string, stack: string) {
  const filled = (key: string) =>
    key.replace(/\bP\b/, project).replace(/\bS\b/g, stack).replace(/\bN\b/, "1790000000000000000");
  return rows.flatMap(([command, operation, ...keys]) =>
    keys.map((key): LayoutRequest => {
      const isList = operation === "list";
      const prefix = `.pulumi/${filled(key)}`;
      return {
        command,
        action: ACTIONS[operation],
        resource: isList ? bucketArn : `${bucketArn}/${prefix}`,
        context: isList ? { "s3:prefix": prefix } : {},
      };
    }),
  );
}

/**
 * Returns everything that the back end asks for one stack: what a preview asks, and what an update asks in addition.
 */
export function layoutRequests(bucketArn: string, project: string, stack: string) {
  return {
    reading: requestsOf(READING, bucketArn, project, stack),
    writing: requestsOf(WRITING, bucketArn, project, stack),
  };
}
