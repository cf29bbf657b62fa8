import type { PolicyDocument, Use } from './iam.ts';
import { isAllowed } from './iam.ts';
import type { EmulatedAws } from './server.ts';
import { ACCOUNT_ID } from './server.ts';

interface Policy {
  readonly name: string;
  readonly policy: PolicyDocument;
}

/** The permissions of a role, from its policies in the emulated IAM. */
export class Role {
  private readonly name: string;
  private readonly policies: readonly Policy[];

  private constructor(name: string, policies: readonly Policy[]) {
    this.name = name;
    this.policies = policies;
  }

  /** Reads a role. @throws Error when it has managed policies, which this class does not read */
  static async read(aws: EmulatedAws, name: string): Promise<Role> {
    const ask = (action: string) => aws.ask('iam', `/?Version=2010-05-08&RoleName=${name}&Action=${action}`);
    const attached = valuesOf(await ask('ListAttachedRolePolicies'), 'PolicyArn');
    if (attached.length > 0) throw new Error(`${name} has the managed policies ${attached.join(', ')}`);
    const names = valuesOf(await ask('ListRolePolicies'), 'member');
    const policies = names.map(async (policyName) => {
      const [document = ''] = valuesOf(await ask(`GetRolePolicy&PolicyName=${policyName}`), 'PolicyDocument');
      return { name: policyName, policy: JSON.parse(decodeURIComponent(document)) as PolicyDocument };
    });
    return new Role(name, await Promise.all(policies));
  }

  /** Each action and resource of one service, such as `dynamodb`, that the policies list. */
  usesOf(service: string): Use[] {
    const statements = this.policies.flatMap(({ policy }) => policy.Statement);
    const uses = statements.flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource }))),
    );
    return uses.filter(({ action }) => action.startsWith(`${service}:`));
  }

  /**
   * Whether IAM would allow a use by the role.
   *
   * @param resourcePolicy - the resource's policy, if it has one; every key does
   * @throws Error when this kind of resource does not support the action
   */
  allows(use: Use, resourcePolicy?: PolicyDocument): Promise<boolean> {
    const principal = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${this.name}/${this.name}`;
    return isAllowed({ ...use, principal, identityPolicies: this.policies, resourcePolicy });
  }
}

/** The texts of an element, anywhere in the XML. */
function valuesOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)`, 'g'))].map(([, text = '']) => text.trim()).filter(Boolean);
}
