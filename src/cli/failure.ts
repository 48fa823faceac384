/** Failures of a command: what is printed of an error, what the reader can do, and the exit code. Pure. */
import { causeOf, meaningOf } from "../vault/aws/errors";
import { EXIT, type ExitCode } from "./exitCodes";

/** A failure, as text and JSON show it. */
export interface Failure {
  /** AWS error code, or a name of the command's own. */
  code: string;
  message: string;
  hint?: string;
  requestId?: string;
  exitCode: ExitCode;
}

/** An error that the command itself throws. */
export interface CliError extends Error {
  exitCode: ExitCode;
  hint?: string;
}

/** Makes an error of the command's own. */
export function cliError(exitCode: ExitCode, name: string, message: string, hint?: string): CliError {
  return Object.assign(new Error(message), { name, exitCode, ...(hint !== undefined && { hint }) });
}

function isCliError(error: unknown): error is CliError {
  return error instanceof Error && "exitCode" in error && typeof error.exitCode === "number";
}

/** What to do about an AWS error, by its code; the first that matches. */
const HINTS: readonly (readonly [RegExp, ExitCode, string])[] = [
  [
    /^(CredentialsProviderError|ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired)$/,
    EXIT.denied,
    "Sign in, for example with `aws sso login`, or set AWS_PROFILE. `aws sts get-caller-identity` shows who you are.",
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|SignatureDoesNotMatch|InvalidSignatureException)$/,
    EXIT.denied,
    "AWS does not accept these credentials. Check AWS_PROFILE, the clock of this machine, and that the region is enabled in the account.",
  ],
  [
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError|Forbidden)$/,
    EXIT.denied,
    "Your role lacks this permission. docs/CLI.md lists the permissions that each command needs.",
  ],
  [
    /^(?!Request).*LimitExceeded$/,
    EXIT.failed,
    "A quota of the account is reached. Choose a smaller --instance-type, or ask for more in Service Quotas.",
  ],
  [
    /^(InsufficientInstanceCapacity|InsufficientCapacity)$/,
    EXIT.failed,
    "AWS has no such instance left there. Choose another --instance-type, or another zone with --az.",
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|TimeoutError|NetworkingError|UnknownEndpoint)$/,
    EXIT.failed,
    "The region does not answer. Check its name (--region), AWS_ENDPOINT_URL and your network. In a disaster, read another region of the vault with --region.",
  ],
];

/** EC2 encodes what it refused; only STS can read it (AWS, DecodeAuthorizationMessage). */
function decoding(message: string): string {
  const isEncoded = message.includes("Encoded authorization failure message");
  return isEncoded ? " `aws sts decode-authorization-message --encoded-message …` shows the whole refusal." : "";
}

/** Network errors of Node have their code in `code`, which the SDK leaves there. */
function codeOf(error: unknown, code: string): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return code;
  return typeof error.code === "string" && /^E[A-Z_]+$/.test(error.code) ? error.code : code;
}

/** Returns what is known of an error. Total. */
export function failureOf(error: unknown): Failure {
  if (isCliError(error)) {
    const { name: code, message, hint, exitCode } = error;
    return { code, message, exitCode, ...(hint !== undefined && { hint }) };
  }
  const cause = causeOf(error);
  const code = codeOf(error, cause.code);
  const [, exitCode, hint] = HINTS.find(([pattern]) => pattern.test(code)) ?? [];
  const isLimit = meaningOf(cause) === "limit";
  return {
    code,
    message: cause.message === "" ? code : cause.message,
    exitCode: exitCode ?? EXIT.failed,
    ...(hint !== undefined && { hint: hint + decoding(cause.message) }),
    ...(isLimit && hint === undefined && { hint: "AWS throttles these calls. Try again in a minute." }),
    ...(cause.requestId !== undefined && { requestId: cause.requestId }),
  };
}

/** Returns a failure as text: what, why, what to do; AWS's code and request id. */
export function failureText(command: string, { code, message, hint, requestId }: Omit<Failure, "exitCode">): string {
  const id = requestId === undefined ? "" : `, request ${requestId}`;
  return [`${command}: ${message} (${code}${id})`, ...(hint === undefined ? [] : [`  ${hint}`])].join("\n");
}
