/** Something a person must know of. `kind/subject` identifies it from one invocation to the next. */
export interface Problem {
  kind: string;
  subject: string;
  message: string;
  /** What the person can do about it. */
  hint?: string;
  /** Set on what a person should know though nothing failed: mailed once a day too, but no error and no alarm. */
  notice?: true;
}
