/** What a volume needs beyond its device, type, size and speed, as the words of one tag on its copies. Pure. */
import { packWords, parseWords } from "../../lib/words";
import { MAX_TAG_VALUE, TAG } from "./tags";
import type { AttachedVolume, Tags } from "../world";

export type VolumeFlags = Pick<AttachedVolume, "deleteOnTermination" | "multiAttach" | "kmsKeyEnd">;

/** Characters of a key's id that a tag has: the last group of a UUID, as people compare keys. */
const KEY_END = /[A-Za-z0-9-]{1,12}$/;

/** Returns the end of a key's id or ARN that a tag has. */
export function keyEndOf(keyId: string | undefined): string | undefined {
  return keyId === undefined ? undefined : KEY_END.exec(keyId)?.[0];
}

/** Returns `gone=1 multi=1 key=0123456789ab`; `undefined` if nothing is known. */
export function volumeFlagsToText({ deleteOnTermination, multiAttach, kmsKeyEnd }: VolumeFlags): string | undefined {
  const [text] = packWords(
    [
      ...(deleteOnTermination === undefined ? [] : [["gone", deleteOnTermination ? "1" : "0"] as const]),
      ...(multiAttach ? [["multi", "1"] as const] : []),
      ...(kmsKeyEnd === undefined ? [] : [["key", kmsKeyEnd] as const]),
    ],
    MAX_TAG_VALUE,
  );
  return text;
}

/** Reads them from the tags of a copy; what a person wrote there is left out. */
export function volumeFlagsFromTags(tags: Tags): VolumeFlags {
  const words = new Map(parseWords([tags[TAG.volumeFlags] ?? ""]));
  const gone = words.get("gone");
  const key = words.get("key");
  return {
    ...(gone !== undefined && /^[01]$/.test(gone) && { deleteOnTermination: gone === "1" }),
    ...(words.get("multi") === "1" && { multiAttach: true }),
    ...(key !== undefined && keyEndOf(key) === key && { kmsKeyEnd: key }),
  };
}
