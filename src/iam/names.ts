/** Returns the physical names of the vault's parts: fixed, so that policies can name them before they exist. */
export function namesOf(vaultId: string) {
  return {
    function: vaultId,
    logGroup: `/aws/lambda/${vaultId}`,
    role: `${vaultId}-function`,
    schedulerRole: `${vaultId}-scheduler`,
    operatorRole: `${vaultId}-operator`,
    scheduleGroup: vaultId,
    runSchedule: `${vaultId}-run`,
    sweepSchedule: `${vaultId}-sweep`,
    clockSchedule: `${vaultId}-clock`,
    topic: vaultId,
    hintQueue: `${vaultId}-hints`,
    outOfMemory: `${vaultId}-out-of-memory`,
    keyEvents: `${vaultId}-key-events`,
    keyMail: `${vaultId}-key-mail`,
    trail: `${vaultId}-trail`,
    keyAlias: `alias/${vaultId}`,
  } as const;
}

/** The parts of an ARN that depend on the account. */
export interface Account {
  partition: string;
  accountId: string;
}
