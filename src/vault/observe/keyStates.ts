/**
 * Asks KMS whether the vault's keys can be used. If a key is disabled or pending deletion, nobody can restore from the
 * copies under it. Every list still shows them as `completed` and encrypted (KMS developer guide, "Key states of AWS
 * KMS keys"). See docs/adr/0016.
 */
import type { VaultClients } from "../aws/clients";
import { type Unseen, attempt } from "./attempt";
import { describeKey } from "../aws/kms";
import type { CoreSettings } from "../model/settings";
import type { KeyState } from "../model/world";
import { vaultKeysOf } from "../model/vaultKeys";

/**
 * Reads the state of each of the vault's keys, with one call per key.
 * @returns states by ARN. A key that could not be asked is `unknown`, and a problem or a throttled read
 */
export async function readKeyStates(
  clients: VaultClients,
  settings: CoreSettings,
  unseen: Unseen,
): Promise<Record<string, KeyState>> {
  const states = await Promise.all(
    vaultKeysOf(settings).map(async (key): Promise<[string, KeyState]> => {
      const consequence = "no recovery point is deleted";
      const subject = `the state of the key ${key.keyArn}`;
      const seen = await attempt(
        () => describeKey(clients.kmsIn(key.region), key.keyArn),
        subject,
        consequence,
        unseen,
      );
      return [key.keyArn, seen ?? { state: "unknown" }];
    }),
  );
  return Object.fromEntries(states);
}
