import { iamUser } from '../support/identity/aws-callers.ts';

/** An operator, who may do everything in the account. */
export const OLIVIA = iamUser('olivia');

/** A user of the account who may call no API. */
export const MALLORY = iamUser('mallory', { Version: '2012-10-17', Statement: [] });

/** Everybody with an access key in the account. */
export const AWS_CALLERS = [OLIVIA, MALLORY];
