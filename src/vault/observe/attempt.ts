/** Tries a read: what fails is a problem, or a read that AWS throttled, and part of what was seen. */
import { causeOf, meaningOf } from "../aws/errors";
import { problem } from "../model/problem";
import type { World } from "../model/world";

export type Unseen = Pick<World, "problems" | "throttled">;

/** Runs one read; a failure becomes a problem that names what was not seen and what that stops. */
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
