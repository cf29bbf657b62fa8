import type { PolicyDocument } from '../emulated-aws/iam.ts';
import type { AwsCaller } from './aws-callers.ts';
import { iamUser } from './aws-callers.ts';

/** The IAM users of an account. One is made when a test first names it. */
export class IamUsers implements Iterable<AwsCaller> {
  private readonly users = new Map<string, AwsCaller>();

  /** @param policyOf - the policy of a new user; undefined for one who may do everything */
  constructor(private readonly policyOf: (name: string) => PolicyDocument | undefined = () => undefined) {}

  named(name: string): AwsCaller {
    const known = this.users.get(name) ?? iamUser(name, this.policyOf(name));
    this.users.set(name, known);
    return known;
  }

  [Symbol.iterator](): Iterator<AwsCaller> {
    return this.users.values();
  }
}
