/** Runs the command on a terminal of 100 columns, and types an answer when it asks. Node has no terminal of its own to give. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

/** Both streams of the child are the terminal, as a person sees them. */
const SCRIPT = `
import fcntl, os, pty, struct, sys, termios
question, answer, command = sys.argv[1], sys.argv[2], sys.argv[3:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
seen, asked = "", False
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    seen += data.decode(errors="replace")
    if question and not asked and question in seen:
        asked = True
        os.write(terminal, (answer + "\\n").encode())
_, status = os.waitpid(child, 0)
sys.stdout.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
`;

export interface Seen {
  code: number | null;
  /** What the terminal showed, with the live line's control characters. */
  text: string;
}

/** @param dialog the question that is waited for, and what is typed then */
export function runOnTerminal(
  args: readonly string[],
  env: Record<string, string | undefined>,
  [question, answer]: readonly [string, string] = ["", ""],
): Promise<Seen> {
  const command = [process.execPath, join(ROOT, "src/cli/vault.js"), ...args];
  const child = spawn("python3", ["-c", SCRIPT, question, answer, ...command], {
    cwd: ROOT,
    env: { ...process.env, TZ: "UTC", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (data: Buffer) => (text += data.toString()));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, text: text.replaceAll("\r\n", "\n") });
    });
  });
}
