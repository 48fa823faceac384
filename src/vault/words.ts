/** Words that mails and reports share. Pure. */

/** `1 copy`, `2 copies`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
