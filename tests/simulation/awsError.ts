/** Errors as the SDK throws them. */
interface AwsError extends Error {
  $metadata: { httpStatusCode?: number; requestId?: string };
}

/** A stack is most of an error's cost, and the model's own says nothing of the vault. */
function withoutStack(message: string): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Error(message);
  Error.stackTraceLimit = limit;
  return error;
}

/** An answer of AWS's that refuses (4xx) or fails (5xx). */
export function awsError(name: string, message = name, httpStatusCode = 400): AwsError {
  const $metadata = { httpStatusCode, requestId: "r-simulated" };
  return Object.assign(withoutStack(message), { name, $metadata });
}

/** No answer: the connection broke, or the client's own timeout came first. Whether it took effect is unknown. */
export function noAnswer(): AwsError {
  return Object.assign(withoutStack("socket hang up"), { name: "TimeoutError", $metadata: {} });
}

const THROTTLING = ["RequestLimitExceeded", "ThrottlingException"];

export function isThrottling(error: Error): boolean {
  return THROTTLING.includes(error.name);
}

/** What the SDK's standard strategies send again, beside throttling: nothing was answered, or 5xx. */
export function isTransient(error: Error): boolean {
  const status = (error as Partial<AwsError>).$metadata?.httpStatusCode;
  return status === undefined || status >= 500;
}
