/** Makes errors as the SDK throws them. */
interface AwsError extends Error {
  $metadata: { httpStatusCode?: number; requestId?: string };
}

/** Makes an error without a stack, which is most of its cost and says nothing about the vault. */
function withoutStack(message: string): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Error(message);
  Error.stackTraceLimit = limit;
  return error;
}

/** Makes an answer of AWS that refuses (4xx) or fails (5xx). */
export function awsError(name: string, message = name, httpStatusCode = 400): AwsError {
  const $metadata = { httpStatusCode, requestId: "r-simulated" };
  return Object.assign(withoutStack(message), { name, $metadata });
}

/**
 * Makes a missing answer: the connection broke, or the client's own timeout came first. It is unknown if the call took
 * effect.
 */
export function noAnswer(): AwsError {
  return Object.assign(withoutStack("socket hang up"), { name: "TimeoutError", $metadata: {} });
}

const THROTTLING = ["RequestLimitExceeded", "ThrottlingException"];

export function isThrottling(error: Error): boolean {
  return THROTTLING.includes(error.name);
}

/** Returns true for what the SDK's standard strategies send again besides throttling: no answer, or 5xx. */
export function isTransient(error: Error): boolean {
  const status = (error as Partial<AwsError>).$metadata?.httpStatusCode;
  return status === undefined || status >= 500;
}
