/** Completion scripts: commands, options, and the instances that were seen last. The shell itself reads the cached list. */
import type { Command } from "commander";
import { CACHE_FILE, CACHE_FOLDER } from "./reading/instanceCache";

type Shell = "bash" | "zsh" | "fish";

/** A command as a shell completes it. */
interface Completed {
  name: string;
  what: string;
  flags: { flag: string; what: string; hasValue: boolean }[];
  /** True if its argument names an instance. */
  takesInstance: boolean;
  /** Fixed values of its argument. */
  values: readonly string[];
}

function completed(command: Command): Completed {
  const options = command.createHelp().visibleOptions(command);
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    what: command.description(),
    flags: options.map((one) => ({ flag: one.long ?? one.short ?? "", what: one.description, hasValue: one.required })),
    takesInstance: /^(instance|point)$/.test(argument?.name() ?? ""),
    values: argument?.argChoices ?? [],
  };
}

const CACHE = `"\${XDG_CACHE_HOME:-$HOME/.cache}/${CACHE_FOLDER}/${CACHE_FILE}"`;

/** Returns the shell code that sets `candidates` for the command in `verb`. */
function cases(verbs: readonly Completed[]): string {
  const lines = verbs.map(({ name, flags, takesInstance, values }) => {
    const words = [...values, ...flags.map(({ flag }) => flag)].join(" ");
    return `    ${name}) candidates="${words}${takesInstance ? ` $(cat ${CACHE} 2>/dev/null)` : ""}" ;;`;
  });
  const names = verbs.map(({ name }) => name);
  return [`  case $verb in`, ...lines, `    *) candidates="${names.join(" ")} --help --version" ;;`, "  esac"].join(
    "\n",
  );
}

function bash(verbs: readonly Completed[]): string {
  const names = verbs.map(({ name }) => name).join("|");
  return `_vault() {
  local verb= candidates= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in ${names}) verb=\${COMP_WORDS[i]}; break ;; esac
  done
${cases(verbs)}
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _vault vault
`;
}

function zsh(verbs: readonly Completed[]): string {
  return `#compdef vault
_vault() {
  local verb="" candidates=""
  (( CURRENT > 2 )) && verb=\${words[2]}
${cases(verbs)}
  compadd -- \${=candidates}
}
compdef _vault vault
`;
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

function fish(verbs: readonly Completed[]): string {
  const cache = `(cat (set -q XDG_CACHE_HOME; and echo $XDG_CACHE_HOME; or echo $HOME/.cache)/${CACHE_FOLDER}/${CACHE_FILE} 2>/dev/null)`;
  const lines = verbs.flatMap(({ name, what, flags, takesInstance, values }) => {
    const here = `complete -c vault -n "__fish_seen_subcommand_from ${name}"`;
    return [
      `complete -c vault -n __fish_use_subcommand -a ${name} -d ${quoted(what)}`,
      ...(takesInstance ? [`${here} -a '${cache}'`] : []),
      ...(values.length > 0 ? [`${here} -a '${values.join(" ")}'`] : []),
      ...flags.map((one) => `${here} -l ${one.flag.slice(2)}${one.hasValue ? " -r" : ""} -d ${quoted(one.what)}`),
    ];
  });
  return `complete -c vault -f\n${lines.join("\n")}\n`;
}

/** Returns the script of a shell. */
export function scriptFor(shell: Shell, program: Command): string {
  const verbs = program.commands.map(completed);
  return { bash, zsh, fish }[shell](verbs);
}
