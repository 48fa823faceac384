/** Leaves out what EC2 does not say, so that records compare and hash alike. */
export function said<T extends object>(record: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
