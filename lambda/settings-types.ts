/** The settings of the function as the service gets them: what `settings.ts` makes of the environment. */

/** How to reach AWS. */
export interface AwsSettings {
  readonly region: string;
  /** URL of another AWS than the region's. */
  readonly endpoint: string | undefined;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** Part of temporary credentials, such as those of a role. */
    readonly sessionToken?: string;
  };
}

/** A DynamoDB table, and how to reach it. */
export interface TableSettings extends AwsSettings {
  readonly kind: 'dynamodb';
  readonly tableName: string;
}

/** Keys of the tags that say which EC2 instances are VMs, and how to reach them. */
export interface InstanceTags {
  readonly pool: string;
  readonly port: string;
  readonly user: string;
}

/** VMs of an inventory that somebody writes, and how to reach them; with `ec2`, those that it finds by tag too. */
export interface InventorySettings {
  readonly kind: 'static' | 'ec2';
  /** Undefined without EC2. */
  readonly tags: InstanceTags | undefined;
  /** `s3://BUCKET/KEY`, or a file. */
  readonly inventory: string;
  /** SHA-256 of an inventory that may remove more than half of a pool. */
  readonly confirmedInventory: string | undefined;
  /** ARN of a KMS key, or a file with a private key. Undefined: no certificates. */
  readonly certificateAuthority: string | undefined;
  /**
   * SubjectPublicKeyInfo in base64; the first is that of `certificateAuthority`. Empty with a file, which has its own.
   */
  readonly certificateAuthorityPublicKeys: readonly string[];
  /** Lambda function that visits VMs. Undefined: this process does. */
  readonly visitorFunction: string | undefined;
  /** Undefined where inventory and key are files, and there is no EC2. */
  readonly aws: AwsSettings | undefined;
  /** URL of another Lambda than the region's. */
  readonly lambdaEndpoint: string | undefined;
}

/** Where the token is that opens `GET /metrics`. */
export interface TokenSettings {
  /** `ssm:NAME`, or a file. */
  readonly place: string;
  /** Undefined with a file. */
  readonly aws: AwsSettings | undefined;
}

/** Who may call, and who they are: `none` asks only operators, the others ask everybody. */
export type AuthorizationSettings =
  | {
      readonly kind: 'none';
      /** Operators of a server on this computer. */
      readonly adminUsers: readonly string[];
    }
  | {
      readonly kind: 'iam';
      /** AWS region of the API, which a signature names. */
      readonly region: string;
      /** Patterns of the operators' ARNs. */
      readonly operatorArns: readonly string[];
      /** Patterns of the names of roles whose session name is a user. */
      readonly sessionNameRoles: readonly string[];
    }
  | {
      readonly kind: 'jwt';
      /** Claims in braces, with text between. */
      readonly userId: string;
      /** `claim=value`; of the values of one claim a token must have one. */
      readonly requiredClaims: readonly string[];
      /** The empty string for none. */
      readonly operatorClaim: string;
      readonly operatorValues: readonly string[];
      /** Who issues the tokens, as `iss` has it. Undefined where nobody says so. */
      readonly issuer: string | undefined;
      /** Values of `aud`, of which a token has one. */
      readonly audiences: readonly string[];
      /** How people sign in at the issuer. Undefined: they bring a token. */
      readonly signIn: { readonly clientId: string; readonly scopes: string } | undefined;
    };

/** The settings of the function, checked. */
export interface Settings {
  /** Where leases live. */
  readonly store: { readonly kind: 'memory' } | TableSettings;
  readonly limits: {
    readonly defaultMinutes: number;
    readonly maxMinutes: number;
  };
  readonly check: {
    /** Failed checks in a row after which a VM is quarantined. */
    readonly maxFailures: number;
    /** Wait before the second check, seconds; doubled for each further one. */
    readonly backoffSec: number;
    /** Longest time that a check may take, seconds. */
    readonly timeoutSec: number;
  };
  /** How long events are kept, where the store keeps them. */
  readonly eventsKeptDays: number;
  /** Where VMs come from. */
  readonly provider: { readonly kind: 'mock' } | InventorySettings;
  /** Who may call, and who they are. */
  readonly authorization: AuthorizationSettings;
  /** Requests of one verified caller that this process answers a minute. */
  readonly callerRequestsPerMinute: number;
  /** Ids of mock VMs that fail every check. */
  readonly mockFailingVms: readonly string[];
  /** CloudWatch namespace of the embedded metrics. Undefined: no metrics. */
  readonly metricsNamespace: string | undefined;
  /** Undefined: `GET /metrics` is for operators. */
  readonly metricsToken: TokenSettings | undefined;
  /** Whether this process is a Lambda function and not a server on somebody's computer. */
  readonly onLambda: boolean;
}
