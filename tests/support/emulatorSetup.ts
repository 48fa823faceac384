/** Provides Jest's global setup, which makes the emulator's environment once for all test files, and starts the declarer. */
import { join } from "node:path";
import { emulatorPython } from "../../src/local/account/python";
import startDeclarer from "./declarerSetup";

const ROOT = join(__dirname, "..", "..");

async function prepareEmulator(): Promise<void> {
  const requirements = join(ROOT, "src", "local", "account", "emulator", "requirements.txt");
  await emulatorPython(join(ROOT, ".vault"), requirements, () => undefined);
  await startDeclarer();
}

export { prepareEmulator as default };
