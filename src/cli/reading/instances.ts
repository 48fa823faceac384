/** Finds which instance is meant: by id, Name or a unique prefix of either. Pure. */
import { distance } from "fastest-levenshtein";
import { EXIT } from "../exitCodes";
import { cliError } from "../failure";

export interface KnownInstance {
  instanceId: string;
  /** Its tag Name; empty where it has none. */
  name: string;
}

const LISTED = 10;

function shown({ instanceId, name }: KnownInstance): string {
  return name === "" ? instanceId : `${instanceId} (${name})`;
}

/** Returns the instances that a text can mean: the best kind of match alone. */
function matches(text: string, known: readonly KnownInstance[]): KnownInstance[] {
  const tests: ((one: KnownInstance) => boolean)[] = [
    ({ instanceId }) => instanceId === text,
    ({ name }) => name === text,
    ({ instanceId, name }) => instanceId.startsWith(text) || name.startsWith(text),
    ({ name }) => name.toLowerCase().startsWith(text.toLowerCase()),
  ];
  for (const test of tests) {
    const found = known.filter(test);
    if (found.length > 0) return found;
  }
  return [];
}

/** Returns what a text was probably to be. */
function nearest(text: string, known: readonly KnownInstance[]): string | undefined {
  const names = known.flatMap(({ instanceId, name }) => (name === "" ? [instanceId] : [instanceId, name]));
  const ranked = names.map((name) => ({ name, far: distance(text, name) })).sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best !== undefined && best.far <= Math.max(2, text.length / 3) ? best.name : undefined;
}

/** What is said where no instance is meant. */
const NONE = {
  what: (text: string, region: string) => `no instance "${text}" has a recovery point in ${region}`,
  hint: "`vault list` shows the instances that have recovery points.",
};

/** The same of instances that exist, whether they are backed up or not. */
export const NONE_EXISTS: typeof NONE = {
  what: (text, region) => `${region} has no instance "${text}"`,
  hint: "Name an instance of this region by its id, its Name, or the beginning of either.",
};

/**
 * Returns the instance that is meant.
 * @throws where none is, or several are: then the error lists them
 */
export function findInstance(
  text: string,
  known: readonly KnownInstance[],
  region: string,
  none = NONE,
): KnownInstance {
  const found = matches(text, known);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) {
    const list = found.slice(0, LISTED).map(shown).join(", ");
    const more = found.length > LISTED ? ` and ${found.length - LISTED} more` : "";
    const message = `"${text}" can be any of ${found.length} instances: ${list}${more}`;
    throw cliError(EXIT.usage, "AmbiguousInstance", message, "Name one by its id, or by a longer prefix.");
  }
  const near = nearest(text, known);
  const hint = near === undefined ? none.hint : `Did you mean ${near}?`;
  throw cliError(EXIT.nothing, "NoInstance", none.what(text, region), hint);
}
