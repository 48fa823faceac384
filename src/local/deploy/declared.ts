/** Defines what a program declares, as plain data: whoever only reads it does not wait for Pulumi to load. */

export interface Declared {
  /** Pulumi's type token, `aws:kms/key:Key`. */
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  provider: string;
  /** Its inputs and the outputs that a cloud adds, such as `arn`. */
  state: Record<string, unknown>;
}

/** Makes a resource in its provider's region, and returns the outputs that the cloud adds, such as an `arn`. */
export type Make = (
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  region: string,
) => Promise<Record<string, unknown>> | Record<string, unknown>;

export interface Program {
  declared: Declared[];
  outputs: Record<string, unknown>;
}

/** Returns the one resource of a type, or the one with the given name. */
export function theResource(program: Program, type: string, name?: string): Declared {
  const found = program.declared.filter(
    (resource) => resource.type === type && (name === undefined || resource.name === name),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`expected one ${type} ${name ?? ""} in the program, got ${found.length}`);
  }
  return only;
}
