/** Compares calendar distances, whose months, years and days have different lengths. Pure. */
import type { Within } from "./keepRules";

/** Days per month, as the mean of the Gregorian calendar. */
const DAYS_A_MONTH = 365.2425 / 12;

function monthsOf({ years, months }: Within): number {
  return years * 12 + months;
}

/** Returns the mean length of a distance in days; twelve months are a year. */
export function meanDays(distance: Within): number {
  return monthsOf(distance) * DAYS_A_MONTH + distance.days + distance.hours / 24;
}

/** Returns the most days that so many consecutive months can have. From March on, five have 153 days. */
function mostDays(months: number): number {
  return Math.floor(months / 12) * 366 + Math.ceil((months % 12) * 30.6);
}

/** Returns the least days that they can have: what the most of the other months leaves of ordinary years. */
function leastDays(months: number): number {
  const years = Math.ceil(months / 12);
  return years * 365 - mostDays(years * 12 - months);
}

/**
 * Decides whether a distance is never shorter than another, whatever the date. 61 days are shorter than the two months
 * of July and August. Months that both have are the same ones, so only the difference counts.
 */
export function isNeverShorter(distance: Within, other: Within): boolean {
  const months = monthsOf(distance) - monthsOf(other);
  const days = (months < 0 ? -mostDays(-months) : leastDays(months)) + distance.days - other.days;
  const hours = distance.hours - other.hours;
  // Where the clocks change, a day has 23 or 25 hours.
  return days * 24 + hours >= (hours === 0 ? 0 : 1);
}
