/** Tests that the emulated account carries out one call at a time, because moto's records are not made for several at once. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { emulatorPython } from "../../../src/local/account/python";
import { emulatorHome } from "../../support/emulatorHome";

const EMULATOR = join(__dirname, "..", "..", "..", "src", "local", "account", "emulator");

/** Calls the emulator's application from several threads, and prints how many calls moto's place took at once. */
const PROGRAM = `
import io, threading, time
from collections import Counter
from emulator import Application

inside, most, calls = Counter(), Counter(), []

def moto(environ, start_response):
    inside["now"] += 1
    most["seen"] = max(most["seen"], inside["now"])
    time.sleep(0.02)
    inside["now"] -= 1
    calls.append(environ)
    start_response("200 OK", [])
    return [b""]

application = object.__new__(Application)
application.moto, application.writes, application.answers = moto, Counter(), {}

def call():
    body = b"Action=CreateVolume"
    scope = "AWS4-HMAC-SHA256 Credential=person/20260601/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0"
    application({"REQUEST_METHOD": "POST", "PATH_INFO": "/", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body),
                 "HTTP_AUTHORIZATION": scope}, lambda *given: None)

threads = [threading.Thread(target=call) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print(len(calls), most["seen"])
`;

test("calls that come at once are carried out one after the other", async () => {
  const requirements = join(EMULATOR, "requirements.txt");
  const python = await emulatorPython(emulatorHome("parallel"), requirements, () => undefined);
  const printed = execFileSync(python, ["-B", "-c", PROGRAM], { cwd: EMULATOR, encoding: "utf8" });

  expect(printed.trim()).toBe("8 1");
});
