/** Runs a read. If it fails, it becomes a problem, or a throttled read, in the observed state. */
import { causeOf, meaningOf } from "../aws/errors";
import { problem } from "../model/problem";
import type { World } from "../model/world";

export type Unseen = Pick<World, "problems" | "throttled">;

/** Runs one read. A failure becomes a problem that names what was not seen, and what that stops. */
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
      `could not read ${subject}: ${code}: ${message}; ${consequence}`,
      "Check the role's permissions and the region's health. The next sweep tries again.",
    );
    if (meaningOf(cause) === "limit") unseen.throttled.push({ code, problem: failure });
    else unseen.problems.push(failure);
    return undefined;
  }
}
