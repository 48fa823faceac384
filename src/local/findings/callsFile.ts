/**
 * `--calls <file>`: each AWS call of the function, beside the permissions of its role, for anyone who compares them.
 */
import { writeFileSync } from "node:fs";
import { namesOf } from "../../iam/names";
import { theResource } from "../deploy/declared";
import type { LocalVault } from "../runtime/localVault";
import type { RecordedCall } from "../permissions/wireCall";

export interface CallsFile {
  role: {
    name: string;
    /** As the stack declares it: the IAM policy's document. */
    policy: { Statement: { Sid?: string }[] };
  };
  calls: RecordedCall[];
}

export async function writeCalls(vault: LocalVault, file: string): Promise<void> {
  const name = namesOf(vault.stack.vaultId).role;
  const { inputs } = theResource(vault.program(), "aws:iam/rolePolicy:RolePolicy", name);
  const policy = JSON.parse(String(inputs.policy)) as CallsFile["role"]["policy"];
  const written: CallsFile = {
    role: { name, policy },
    calls: await vault.emulator.recordedCalls(),
  };
  writeFileSync(file, `${JSON.stringify(written, undefined, 1)}\n`);
}
