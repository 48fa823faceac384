/** `vault completion`: what a shell needs to complete this command. */
import { Argument, type Command } from "commander";

const SETUP = `
In ~/.bashrc:  alias vault="npx vault"; source <(npx vault completion bash)
In ~/.zshrc:   alias vault="npx vault"; source <(npx vault completion zsh)
For fish:      npx vault completion fish > ~/.config/fish/completions/vault.fish

It completes commands, options, and the instances that \`vault list\` or \`vault status\` saw last.`;

/** Adds the command. It needs neither a region nor AWS. */
export function addCompletion(program: Command): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .description("Prints the completion script for bash, zsh or fish.")
    .addHelpText("before", "Examples:\n  source <(vault completion bash)\n")
    .addHelpText("after", SETUP)
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { scriptFor } = await import("../completion");
      process.stdout.write(scriptFor(shell, program));
    });
}
