/** An AWS error as the vault passes it on. What it means: aws/errors.ts. */

/** An error reduced to what a log line or a mail needs. */
export interface Cause {
  code: string;
  message: string;
  requestId?: string;
  /** Whether AWS refused the call (4xx). After anything else it may or may not have taken effect. */
  answered: boolean;
}
