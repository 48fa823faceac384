import type { Linter } from "eslint";

export const ROOMS: Readonly<Record<"vault" | "src", Readonly<Record<string, readonly string[]>>>>;
export const roomBlocks: readonly Linter.Config[];
