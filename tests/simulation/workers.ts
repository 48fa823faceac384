/** Plays seeds for the simulation: see seedPool.ts. */
import { archiveSource } from "./archiveSource";
import { type Player, type Work, serveSeeds } from "./seedPool";
import { type SimulationResult, simulate } from "./simulate";
import { vaultSource } from "./source";

export const SIMULATION: Player<SimulationResult> = {
  file: __filename,
  sourceFor: ({ indexFile }: Work) => (indexFile === undefined ? vaultSource() : archiveSource(indexFile)),
  play: (seed, work, source) => simulate(seed, work.days, source, work),
};

if (require.main === module) serveSeeds(SIMULATION);
