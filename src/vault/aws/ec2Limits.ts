/** Limits of EC2's lists. */

/** Largest page of most lists. */
export const PAGE_SIZE = 1_000;
/** Limit of values per filter (AWS, "Filter your resources"). */
export const FILTER_VALUES = 200;
