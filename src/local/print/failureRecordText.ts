/** Prints the audit record of a failed copy. */
import { UNUSABLE_COPY, type FailureRecord } from "../findings/failureRecord";
import { heading } from "./table";

export function renderFailureRecord(found: FailureRecord | undefined): string[] {
  const title = heading("Audit record of the failure");
  if (found === undefined) return [title, "none: no copy failed, or `audit` is off"];
  const { bucket, key, record } = found;
  const { trigger, startedAt, status, problems } = record;
  const failed = problems.filter(({ kind }) => kind === UNUSABLE_COPY);
  const [first] = failed;
  return [
    title,
    `s3://${bucket}/${key}`,
    `  │ ${trigger.kind} of ${startedAt}, status ${status}, problems ${problems.length}, the first of them:`,
    ...Object.entries(first ?? {}).map(([field, value]) => `  │ ${field}: ${value}`),
  ];
}
