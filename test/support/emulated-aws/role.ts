import { runSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT_ID, type EmulatedAws } from './server.ts';

/** Something that is done, or may be done, to something, in the words of IAM: an action on the ARN of a resource. */
export interface Use {
  readonly action: string;
  readonly resource: string;
}

interface Policy {
  readonly name: string;
  readonly policy: { readonly Statement: Statement | readonly Statement[] };
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/**
 * What a role may do: its policies as the emulated IAM knows them, judged by a simulator of IAM, since moto's own
 * enforcement is of no use.
 */
export class Role {
  readonly #name: string;
  readonly #policies: readonly Policy[];

  private constructor(name: string, policies: readonly Policy[]) {
    this.#name = name;
    this.#policies = policies;
  }

  /** Reads a role. @throws Error when it has policies beside its inline ones, which are not looked at */
  static async read(aws: EmulatedAws, name: string): Promise<Role> {
    const ask = (action: string) => aws.ask('iam', `/?Version=2010-05-08&RoleName=${name}&Action=${action}`);
    const attached = valuesOf(await ask('ListAttachedRolePolicies'), 'PolicyArn');
    if (attached.length > 0) throw new Error(`${name} has the managed policies ${attached.join(', ')}`);
    const names = valuesOf(await ask('ListRolePolicies'), 'member');
    const policies = names.map(async (policyName) => {
      const [document = ''] = valuesOf(await ask(`GetRolePolicy&PolicyName=${policyName}`), 'PolicyDocument');
      return { name: policyName, policy: JSON.parse(decodeURIComponent(document)) as Policy['policy'] };
    });
    return new Role(name, await Promise.all(policies));
  }

  /** Everything that the policies name, action by action and resource by resource, of one service such as `dynamodb`. */
  usesOf(service: string): Use[] {
    const statements = this.#policies.flatMap(({ policy }) => policy.Statement);
    const uses = statements.flatMap(({ Action, Resource }) =>
      [Action].flat().flatMap((action) => [Resource].flat().map((resource) => ({ action, resource }))),
    );
    return uses.filter(({ action }) => action.startsWith(`${service}:`));
  }

  /** Whether IAM would let the role do that. @throws Error when there is no such action on such a resource */
  async allows({ action, resource }: Use): Promise<boolean> {
    const principal = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${this.#name}/${this.#name}`;
    const judged = await runSimulation(
      {
        request: { principal, action, resource: { resource, accountId: ACCOUNT_ID }, contextVariables: {} },
        identityPolicies: [...this.#policies],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    if (judged.resultType === 'error') throw new Error(`${action} on ${resource}: ${judged.errors.message}`);
    return judged.overallResult === 'Allowed';
  }
}

/** The texts of an element, wherever in the XML it is. */
function valuesOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)`, 'g'))].map(([, text = '']) => text.trim()).filter(Boolean);
}
