/** Composes the notice of what a dry run would have done. Pure. */
import type { Action, DeleteAction, Outcome } from "../model/actions";
import type { Trigger } from "../model/trigger";
import { type Problem, problem } from "../model/problem";
import { listed, pluralize, withCommand } from "../lib/text";

/** Returns the notice of what a run would have done; `undefined` for any other invocation. */
export function dryRunNotice(trigger: Trigger, outcomes: readonly Outcome[]): Problem | undefined {
  if (trigger.kind !== "run") return undefined;
  const planned = outcomes.filter(({ status }) => status === "planned").map((one) => one.action);
  const of = (kind: Action["kind"]) => planned.filter((action) => action.kind === kind);
  const volumes = planned.flatMap((action) => (action.kind === "snapshot" ? action.volumes : []));
  const deletions = planned.filter((action): action is DeleteAction => action.kind === "delete");
  const copies = pluralize(of("copy").length, "copy", "copies");
  const would = [
    `${pluralize(volumes.length, "snapshot")} of ${pluralize(of("snapshot").length, "instance")}`,
    `${copies} of what is there by now`,
    pluralize(of("lock").length, "lock"),
    pluralize(deletions.length, "deletion"),
  ].join(", ");
  const which =
    deletions.length === 0
      ? ""
      : `. To be deleted: ${listed(deletions.map((one) => `${one.snapshotId}: ${one.reason}`))}`;
  return problem(
    "dry-run",
    trigger.slot ?? trigger.runId,
    `nothing was written to EC2, because this was a dry run. It would have made ${would}${which}`,
    withCommand(
      "The log names every action, with status planned. To let the vault do it",
      "npx pulumi config set dryRun false && npx pulumi up",
    ),
  );
}
