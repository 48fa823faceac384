/** How text may look on a stream: colors and width. Each stream is asked by itself. */
import { createColors } from "picocolors";

/** What is known of a stream. */
export interface Look {
  isTerminal: boolean;
  colors: ReturnType<typeof createColors>;
  width: number;
}

/** The part of a stream that decides. */
interface Stream {
  isTTY?: boolean;
  columns?: number;
}

/** Without a terminal nobody knows the width, and a line is as long as its record. */
const NO_WIDTH = 0;
/** Some terminals have no size either: they say 0. */
const DEFAULT_WIDTH = 80;

/**
 * Returns how text may look on a stream.
 * @param wantsColor false with `--no-color`
 */
export function lookOf(stream: Stream, env: NodeJS.ProcessEnv, wantsColor: boolean): Look {
  const isTerminal = stream.isTTY === true;
  const isRefused = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return {
    isTerminal,
    colors: createColors(isTerminal && wantsColor && !isRefused),
    width: isTerminal ? stream.columns || DEFAULT_WIDTH : NO_WIDTH,
  };
}
