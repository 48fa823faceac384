/** Runs a stack's program, and makes in the emulated account what it declares. */
import type { Account } from "../account/account";
import type { Program } from "./declared";
import { maker } from "./resources";
import type { StackConfig } from "./stackConfig";

/** Declares a stack: the same one again with another configuration, as an update does. */
export type Declare = (config: StackConfig) => Promise<Program>;

/** Runs the program in this process. */
export function declaringHere(folder: string, account: Account): Declare {
  const making = maker(account);
  return async (config) => {
    // Pulumi takes a while to load, and another process may run the program.
    const { runProgram } = await import("./program");
    const program = await runProgram(folder, config, making.make);
    await making.finish();
    return program;
  };
}
