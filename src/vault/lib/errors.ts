/** Errors that the vault throws itself. */

/** An error of the vault's own, made without a class. `name` is what Lambda reports as `errorType`. */
export function vaultError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
