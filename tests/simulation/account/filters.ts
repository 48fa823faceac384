/** Models the filters of EC2's lists. */
import type { DescribeInput } from "../../../src/iam/call";
import type { TagRecord } from "./account";
import { awsError } from "./awsError";

type Test<T> = (item: T) => boolean;

/** @throws a plain error at a filter that is not modeled, so that the model can't answer more than it was asked */
export function filtered<T>(
  input: DescribeInput,
  tagsOf: (item: T) => TagRecord,
  others: Readonly<Record<string, (item: T) => string | undefined>>,
): Test<T> {
  const tests = (input.Filters ?? []).map(({ Name = "", Values = [] }): Test<T> => {
    if (Values.length > 200) throw awsError("FilterLimitExceeded");
    // EC2's wildcard, which the vault uses only at the end of one value.
    const start = Values.length === 1 && Values[0]?.endsWith(" *") ? Values[0].slice(0, -1) : undefined;
    if (start !== undefined) {
      const field = others[Name];
      if (field === undefined) throw new Error(`filter ${Name} is not modelled`);
      return (item) => field(item)?.startsWith(start) === true;
    }
    if (Name.startsWith("tag:")) {
      const key = Name.slice(4);
      return (item) => Values.includes(tagsOf(item)[key] ?? "\0");
    }
    const field = others[Name];
    if (field === undefined) throw new Error(`filter ${Name} is not modelled`);
    return (item) => Values.includes(field(item) ?? "\0");
  });
  return (item) => tests.every((test) => test(item));
}
