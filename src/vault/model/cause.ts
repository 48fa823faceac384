/** An AWS error as the vault passes it on. For its meaning see aws/errors.ts. */

/** An error reduced to what a log line or a mail needs. */
export interface Cause {
  code: string;
  message: string;
  requestId?: string;
  /** True if AWS refused the call (4xx). After any other error the call may or may not have taken effect. */
  answered: boolean;
}
