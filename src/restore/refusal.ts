/** A restore that can't be planned: what is wrong with it, and what a person can do. */

export interface Refusal extends Error {
  hint: string;
  isRefusal: true;
}

/** Makes a refusal. */
export function refusal(name: string, message: string, hint: string): Refusal {
  return Object.assign(new Error(message), { name, hint, isRefusal: true as const });
}

/** Decides whether something thrown is a refusal. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && "isRefusal" in error;
}
