/** Plays lives: see ../simulation/seedPool.ts. */
import { archiveSource } from "../simulation/archiveSource";
import { type Player, serveSeeds } from "../simulation/seedPool";
import { vaultSource } from "../simulation/source";
import { type LifeResult, playLife } from "./life";

export const LIVES: Player<LifeResult> = {
  file: __filename,
  sourceFor: ({ indexFile }) => (indexFile === undefined ? vaultSource() : archiveSource(indexFile)),
  play: (seed, work, source) => playLife(seed, work.days, source, work),
};

if (require.main === module) serveSeeds(LIVES);
