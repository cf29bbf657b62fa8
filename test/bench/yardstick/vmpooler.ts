/**
 * Checkouts and returns a second of vmpooler 3.9.1 for one caller, by number of ready VMs. It is the most similar
 * product. Measured once, with Redis 7 on this class of machine (2 x Xeon) and one client: issue 7, section 6.
 *
 * @see https://github.com/puppetlabs/vmpooler
 */
export const VMPOOLER_PER_SEC: Readonly<Record<number, number>> = {
  10: 303,
  1_000: 74,
  10_000: 9.7,
  100_000: 1.4,
};
