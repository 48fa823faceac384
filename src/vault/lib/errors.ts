/** Errors that the vault itself throws. */

/** Creates an error of the vault's own, without a class. Lambda reports `name` as `errorType`. */
export function vaultError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
