/** Completion in the shells themselves, and the list that it reads. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptFor } from "../../../src/cli/completion";
import { rememberInstances } from "../../../src/cli/reading/instanceCache";
import { makeProgram } from "../../../src/cli/program";

const cache = mkdtempSync(join(tmpdir(), "smart-vault-cache-"));
const env = { ...process.env, XDG_CACHE_HOME: cache, HOME: cache };
const program = makeProgram(
  () => Promise.resolve(),
  (error) => {
    throw error;
  },
);

beforeAll(() => {
  const named = (instanceId: string, name: string) => ({ instanceId, name });
  rememberInstances([named("i-0aa1", "web-1"), named("i-0bb2", "two words"), named("i-0cc3", "$(id)")], env);
});

/** What each shell prints for the words typed so far, the last of which is completed. */
const SHELLS = {
  bash: (words: readonly string[]) =>
    `COMP_WORDS=(${words.map((one) => `'${one}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _vault; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (words: readonly string[]) => `complete -C '${words.join(" ")}'`,
  zsh: (words: readonly string[]) => `words=(${words.join(" ")} ""); CURRENT=${words.length}; _vault`,
} as const;

/** In zsh the builtins of its completion work only while a person types, so the script gets them as functions. */
const BEFORE = { bash: "", fish: "", zsh: "compdef() { :; }; compadd() { shift; print -l -- $@; }\n" };

function completing(shell: keyof typeof SHELLS, words: readonly string[]): string[] | undefined {
  const script = `${BEFORE[shell]}${scriptFor(shell, program)}\n${SHELLS[shell](words)}`;
  const { status, stdout, stderr, error } = spawnSync(shell, ["-c", script], { env, encoding: "utf8" });
  if (error !== undefined && "code" in error && error.code === "ENOENT") return undefined;
  expect([status, stderr]).toStrictEqual([0, ""]);
  const last = shell === "zsh" ? (words.at(-1) ?? "") : "";
  return stdout
    .split("\n")
    .map((line) => line.split("\t")[0] ?? "")
    .filter((one) => one !== "" && one.startsWith(last));
}

describe.each(["bash", "zsh", "fish"] as const)("%s", (shell) => {
  const isHere = spawnSync(shell, ["--version"]).error === undefined;
  const inShell = isHere ? test : test.skip;
  const title = isHere ? "" : ` (skipped: ${shell} is not installed)`;

  inShell(`completes commands${title}`, () => {
    expect(completing(shell, ["vault", "s"])).toStrictEqual(["show", "status"]);
  });

  inShell(`completes options of the command${title}`, () => {
    expect(completing(shell, ["vault", "run", "--no-w"])).toStrictEqual(["--no-wait"]);
    expect(completing(shell, ["vault", "list", "--no-w"])).toStrictEqual([]);
  });

  inShell(`completes instances by name and id, where the command takes one${title}`, () => {
    expect(completing(shell, ["vault", "list", "web"])).toStrictEqual(["web-1"]);
    expect(completing(shell, ["vault", "show", "i-0"])?.sort()).toStrictEqual(["i-0aa1", "i-0bb2", "i-0cc3"]);
    expect(completing(shell, ["vault", "status", "web"])).toStrictEqual([]);
  });
});

test("the list has plain words only, since a shell would split or run others", () => {
  expect(readFileSync(join(cache, "smart-vault", "instances"), "utf8")).toBe("web-1\ni-0aa1\ni-0bb2\ni-0cc3\n");
});

test("a cache that can't be written is no error", () => {
  const file = join(cache, "file");
  writeFileSync(file, "");
  expect(() => {
    rememberInstances([{ instanceId: "i-1", name: "" }], { XDG_CACHE_HOME: file });
  }).not.toThrow();
});
