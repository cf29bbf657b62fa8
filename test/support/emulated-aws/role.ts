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
  private readonly boundary: Policy | undefined;

  private constructor(name: string, policies: readonly Policy[], boundary: Policy | undefined) {
    this.name = name;
    this.policies = policies;
    this.boundary = boundary;
  }

  /** Reads a role with its inline policies, its managed policies and its permissions boundary. */
  static async read(aws: EmulatedAws, name: string): Promise<Role> {
    const ask = (action: string) => aws.ask('iam', `/?Version=2010-05-08&RoleName=${name}&Action=${action}`);
    const inline = valuesOf(await ask('ListRolePolicies'), 'member').map(async (policyName) =>
      policyOf(policyName, await ask(`GetRolePolicy&PolicyName=${policyName}`)),
    );
    // Terraform has just made each managed policy, so it has only one version.
    const managed = async (arn: string) => policyOf(arn, await ask(`GetPolicyVersion&VersionId=v1&PolicyArn=${arn}`));
    const attached = valuesOf(await ask('ListAttachedRolePolicies'), 'PolicyArn').map(managed);
    const [boundary] = valuesOf(await ask('GetRole'), 'PermissionsBoundaryArn').map(managed);
    return new Role(name, await Promise.all([...inline, ...attached]), await boundary);
  }

  /** Each action that a policy allows, without repetition. */
  get allowedActions(): string[] {
    const statements = this.policies.flatMap(({ policy }) => policy.Statement);
    return [...new Set(statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action))].sort();
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
    return isAllowed({ ...use, principal, identityPolicies: this.policies, boundary: this.boundary, resourcePolicy });
  }
}

/** A policy out of an answer of IAM. moto encodes only inline policies as a part of a URL. */
function policyOf(name: string, xml: string): Policy {
  const [document = ''] = [...valuesOf(xml, 'PolicyDocument'), ...valuesOf(xml, 'Document')];
  return { name, policy: JSON.parse(decodeURIComponent(document.replaceAll('&quot;', '"'))) as PolicyDocument };
}

/** The texts of an element, anywhere in the XML. */
function valuesOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)`, 'g'))].map(([, text = '']) => text.trim()).filter(Boolean);
}
