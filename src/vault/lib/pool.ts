/** Runs bounded work: a fixed number of steps at a time, until the deadline. A lane that meets a limit stops. */

export interface Step {
  /** Steps of one lane stop together. */
  lane: string;
  run: () => Promise<{ stopLane?: string }>;
  /**
   * Called instead of `run` for a step that is not started: with the code that stopped its lane, or without one if time
   * ran out.
   */
  defer: (code?: string) => void;
}

/**
 * Runs the steps in order, `concurrency` at a time. `run` must not reject.
 * @param hasTime asked before each step; `false` defers all steps that are not started
 */
export async function runSteps(steps: readonly Step[], concurrency: number, hasTime: () => boolean): Promise<void> {
  const stopped = new Map<string, string>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let step = steps[next++]; step !== undefined; step = steps[next++]) {
      const code = stopped.get(step.lane);
      if (code !== undefined || !hasTime()) {
        step.defer(code);
        continue;
      }
      const { stopLane } = await step.run();
      if (stopLane !== undefined) stopped.set(step.lane, stopLane);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, steps.length) }, worker));
}

export interface Budget {
  now: () => number;
  /** Nothing is started after this time; the rest of the invocation is for the report. */
  deadlineMs: number;
  /** Asked once before the first recovery point is deleted; `false` defers the deletions. Absent: they proceed. */
  mayDelete?: () => Promise<boolean>;
}
