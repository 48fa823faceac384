/** The model's tags and client tokens. */
import type { CreateTagsCommandInput, DeleteTagsCommandInput, TagSpecification } from "@aws-sdk/client-ec2";
import { tagsFromList } from "../../../src/vault/model/tags/tags";
import type { Tags } from "../../../src/vault/model/world";
import { type Kind, type World, change, get, refused, setTags } from "./account";

const KINDS: Readonly<Record<string, Kind>> = {
  vol: "volumes",
  eni: "interfaces",
  i: "instances",
  ami: "images",
  sg: "groups",
  replacevol: "tasks",
};

/** Returns the kind of a resource, by its id. */
export function kindOf(id: string): Kind {
  const kind = KINDS[id.split("-")[0] ?? ""];
  if (kind === undefined) throw new Error(`no kind of resource has the id ${id}`);
  return kind;
}

/** Refuses more tags than EC2 takes. */
function checked(tags: Tags): Tags {
  const all = Object.entries(tags);
  if (all.length > 50) throw refused("TagLimitExceeded", "more than 50 tags");
  if (all.some(([key, value]) => key.length > 128 || value.length > 256)) {
    throw refused("InvalidParameterValue", "a tag is too long");
  }
  return tags;
}

/** Returns the tags that a creating call gives one kind of resource. */
export function tagsIn(specifications: readonly TagSpecification[] = [], type: string): Tags {
  const seen = specifications.map(({ ResourceType }) => ResourceType);
  if (new Set(seen).size < seen.length) throw refused("InvalidParameterValue", "a resource type is there twice");
  return checked(tagsFromList(specifications.find(({ ResourceType }) => ResourceType === type)?.Tags));
}

/** Makes something once for each client token, as EC2 does, and answers the same again. */
export function once(world: World, input: { ClientToken?: string }, make: () => string): object {
  const { ClientToken: token } = input;
  const text = JSON.stringify(input);
  const before = token === undefined ? undefined : world.account.tokens[token];
  if (before !== undefined && before.input !== text) {
    throw refused("IdempotentParameterMismatch", `${String(token)} was used with other parameters`);
  }
  if (before !== undefined) return { id: before.id };
  const id = make();
  if (token !== undefined) {
    change(world, (now) => ({ ...now, tokens: { ...now.tokens, [token]: { input: text, id } } }));
  }
  return { id };
}

export function createTags(world: World, { Resources = [], Tags: list }: CreateTagsCommandInput): object {
  for (const id of Resources) {
    const kind = kindOf(id);
    const tags = checked({ ...get(world, kind, id).tags, ...tagsFromList(list) });
    change(world, (now) => setTags(now, kind, id, tags));
  }
  return {};
}

export function deleteTags(world: World, { Resources = [], Tags: list = [] }: DeleteTagsCommandInput): object {
  for (const id of Resources) {
    const kind = kindOf(id);
    const kept = Object.entries(get(world, kind, id).tags).filter(([key]) => list.every(({ Key }) => Key !== key));
    change(world, (now) => setTags(now, kind, id, Object.fromEntries(kept)));
  }
  return {};
}
