/** Runs a read. If it fails, it becomes a problem, or a throttled read, in the observed state. */
import { causeOf, meaningOf } from "../aws/errors";
import { problem } from "../model/problem";
import type { World } from "../model/world";
import { IF_DENIED } from "../lib/text";

export type Unseen = Pick<World, "problems" | "throttled">;

/**
 * Runs one read. A failure becomes a problem that names what was not seen, and what that stops.
 * @param consequence what is not done without the answer, as the beginning of a sentence
 */
export async function attempt<T>(
  read: () => Promise<T>,
  subject: string,
  consequence: string,
  unseen: Unseen,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const cause = causeOf(error);
    const { code, message } = cause;
    const failure = problem(
      "not-observed",
      subject,
      `${consequence}, because the vault could not read ${subject}: ${code}: ${message}`,
      `The next hourly sweep tries again. ${IF_DENIED} Otherwise check the region's health.`,
    );
    if (meaningOf(cause) === "limit") unseen.throttled.push({ code, problem: failure });
    else unseen.problems.push(failure);
    return undefined;
  }
}
