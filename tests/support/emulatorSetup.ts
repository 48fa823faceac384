/** Provides Jest's global setup, which makes the emulator's environment once for all test files. */
import { join } from "node:path";
import { emulatorPython } from "../../src/local/account/python";

const ROOT = join(__dirname, "..", "..");

async function prepareEmulator(): Promise<void> {
  const requirements = join(ROOT, "src", "local", "account", "emulator", "requirements.txt");
  await emulatorPython(join(ROOT, ".vault"), requirements, () => undefined);
}

export { prepareEmulator as default };
