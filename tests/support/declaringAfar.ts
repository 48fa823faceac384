/**
 * Lets the run's declarer run the program of a vault that a test starts. Under Jest the serializer takes six times as long,
 * because it goes through all loaded modules for each object, and Pulumi would be loaded again for each file.
 */
import { randomUUID } from "node:crypto";
import type { Declare } from "../../src/local/deploy/declaring";
import { askDeclarer } from "./declarerClient";

export function declaringAfar(endpoint: string, primaryRegion: string): Declare {
  const vault = randomUUID();
  let nth = 0;
  return (config) => {
    nth += 1;
    return askDeclarer({ kind: "deployed", vault, nth, endpoint, primaryRegion, config });
  };
}
