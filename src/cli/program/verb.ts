/** What a command is to the program: types only. */
import type { Command } from "commander";
import type { Answer, Context, GlobalOptions } from "../context";

/** Runs one command. */
export type Run = (context: Context) => Promise<Answer>;

/** What the program calls once the arguments are read. */
export type Start = (command: string, options: GlobalOptions, load: () => Promise<Run>) => Promise<void>;

/** Adds a command with the options that every command has. */
export type Verb = (usage: string, what: string, examples: readonly string[]) => Command;
