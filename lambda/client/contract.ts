// Written by scripts/contract from lambda/openapi.json.
export interface paths {
  '/getvm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Lends one VM */
    post: operations['getvm'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/releasevm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Gives the VM back */
    post: operations['releasevm'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/renewvm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Extends the lease to `minutes` from now, and never shortens it */
    post: operations['renewvm'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/connectvm': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Returns a fresh login credential for the user's VM */
    post: operations['connectvm'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/lease': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows the user's lease, with all it takes to log in */
    get: operations['lease'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/pool': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows each pool: its VMs by state, and how they are lent */
    get: operations['pool'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Says whether the service works, its lease store included */
    get: operations['health'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sign-in': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Says how callers show who they are: to nobody, by AWS signatures, or by tokens, and where people sign in */
    get: operations['sign'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the contract of the API, as an OpenAPI document */
    get: operations['openapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/ca.pub': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns the lines for the file that a VM's sshd reads as `TrustedUserCAKeys` */
    get: operations['ca'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows the console page, for browsers */
    get: operations['console'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/vms': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists all VMs, page by page */
    get: operations['vms'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists what happened to a VM or a user, newest first, page by page; takes `vm` or `userid` */
    get: operations['events'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/vms/{id}/drain': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Stops lending the VM: at once, or when its user gives it back */
    post: operations['drain'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/vms/{id}/return': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Puts a drained or quarantined VM back, through a check */
    post: operations['return'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/vms/{id}/quarantine': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes out a VM that nobody holds, until it is put back */
    post: operations['quarantine'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/vms/{id}/release': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Takes the VM from its user */
    post: operations['release'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Shows figures to Prometheus: as OpenMetrics where `Accept` names it, else in the text format 0.0.4 */
    get: operations['metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface components {
  schemas: {
    GetvmParameters: {
      /** @description who borrows; a caller with an identity may leave it out */
      userid?: string;
      /** @description pool to borrow from; `default` when absent */
      pool?: string;
      /** @description length of the lease from now; the service sets the default, and the longest from `getvm` to its end */
      minutes?: number;
      /** @description OpenSSH public key that is let in; no private key is handed out then */
      sshPublicKey?: string;
    };
    ReleasevmParameters: {
      /** @description who borrows; a caller with an identity may leave it out */
      userid?: string;
      /** @description acts on this lease or on none, which makes the call safe to repeat */
      leaseId?: string;
    };
    RenewvmParameters: {
      /** @description who borrows; a caller with an identity may leave it out */
      userid?: string;
      /** @description acts on this lease or on none, which makes the call safe to repeat */
      leaseId?: string;
      /** @description length of the lease from now; the service sets the default, and the longest from `getvm` to its end */
      minutes?: number;
    };
    ConnectvmParameters: {
      /** @description who borrows; a caller with an identity may leave it out */
      userid?: string;
      /** @description acts on this lease or on none, which makes the call safe to repeat */
      leaseId?: string;
      /** @description OpenSSH public key that is let in; no private key is handed out then */
      sshPublicKey?: string;
    };
    DrainParameters: {
      /** @description why; kept with the event */
      reason: string;
    };
    ReturnParameters: {
      /** @description why; kept with the event */
      reason: string;
      /** @description fingerprint of the new host key, to return a VM whose host key changed; the service knows it from the inventory, or from the console of an EC2 instance */
      hostKey?: string;
    };
    QuarantineParameters: {
      /** @description why; kept with the event */
      reason: string;
    };
    ReleaseParameters: {
      /** @description why; kept with the event */
      reason: string;
    };
    /** @description No login credential can be made now; the lease stands, so ask connectvm after `Retry-After` seconds. */
    AccessUnavailable: {
      /** @constant */
      title: 'Service Unavailable';
      /** @constant */
      status: 503;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'access_unavailable';
      requestId: string;
    };
    /** @description The user already holds a VM; `vmId`, `leaseId` and `expiresAt` say which. */
    AlreadyAllocated: {
      /** @constant */
      title: 'Conflict';
      /** @constant */
      status: 409;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'already_allocated';
      requestId: string;
      vmId: string;
      leaseId: string;
      /** Format: date-time */
      expiresAt: string;
    };
    /** @description The call is for operators. */
    Forbidden: {
      /** @constant */
      title: 'Forbidden';
      /** @constant */
      status: 403;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'forbidden';
      requestId: string;
    };
    /** @description The VM is out because its host key changed; name the new one as `hostKey`. `hostKeys` are in the inventory, or on the console of the EC2 instance. */
    HostKeyChanged: {
      /** @constant */
      title: 'Conflict';
      /** @constant */
      status: 409;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'host_key_changed';
      requestId: string;
      hostKeys: string[];
    };
    /** @description The user has sent this `Idempotency-Key` before, with other parameters; use a new key. */
    IdempotencyKeyReused: {
      /** @constant */
      title: 'Unprocessable Content';
      /** @constant */
      status: 422;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'idempotency_key_reused';
      requestId: string;
    };
    /** @description The lease of this `Idempotency-Key` has ended; use a new key for another VM. */
    IdempotencyKeySpent: {
      /** @constant */
      title: 'Conflict';
      /** @constant */
      status: 409;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'idempotency_key_spent';
      requestId: string;
    };
    /** @description A fault of the service; quote the `requestId` when you report it. */
    Internal: {
      /** @constant */
      title: 'Internal Server Error';
      /** @constant */
      status: 500;
      detail: string;
      /** @constant */
      code: 'internal';
      requestId: string;
    };
    /** @description The cursor does not come from an earlier page. */
    InvalidCursor: {
      /** @constant */
      title: 'Bad Request';
      /** @constant */
      status: 400;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'invalid_cursor';
      requestId: string;
    };
    /** @description Parameters are missing, wrong or unknown; `errors` names each. */
    InvalidRequest: {
      /** @constant */
      title: 'Bad Request';
      /** @constant */
      status: 400;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'invalid_request';
      requestId: string;
      errors: {
        field: string;
        message: string;
      }[];
    };
    /** @description The `leaseId` is not the user's current lease. */
    LeaseSuperseded: {
      /** @constant */
      title: 'Conflict';
      /** @constant */
      status: 409;
      detail: string;
      /** @constant */
      code: 'lease_superseded';
      requestId: string;
    };
    /** @description The lease would be longer than allowed, renewals included; `latestExpiresAt` is its latest end. */
    LeaseTooLong: {
      /** @constant */
      title: 'Unprocessable Content';
      /** @constant */
      status: 422;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'lease_too_long';
      requestId: string;
      /** Format: date-time */
      latestExpiresAt: string;
    };
    /** @description The service cannot read the token of the metrics; its log says why. Try again after `Retry-After` seconds. */
    MetricsTokenUnavailable: {
      /** @constant */
      title: 'Service Unavailable';
      /** @constant */
      status: 503;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'metrics_token_unavailable';
      requestId: string;
    };
    /** @description The service makes no login certificates. */
    NoCertificateAuthority: {
      /** @constant */
      title: 'Not Found';
      /** @constant */
      status: 404;
      detail: string;
      /** @constant */
      code: 'no_certificate_authority';
      requestId: string;
    };
    /** @description The user holds no lease, or it has ended. */
    NoLease: {
      /** @constant */
      title: 'Not Found';
      /** @constant */
      status: 404;
      detail: string;
      /** @constant */
      code: 'no_lease';
      requestId: string;
    };
    /** @description The `userid` is not yours; only operators may act for others. */
    NotYours: {
      /** @constant */
      title: 'Forbidden';
      /** @constant */
      status: 403;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'not_yours';
      requestId: string;
    };
    /** @description The body is larger than 8 KiB. */
    PayloadTooLarge: {
      /** @constant */
      title: 'Content Too Large';
      /** @constant */
      status: 413;
      detail: string;
      /** @constant */
      code: 'payload_too_large';
      requestId: string;
    };
    /** @description No VM of the pool is free; try again after `Retry-After` seconds. */
    PoolEmpty: {
      /** @constant */
      title: 'Service Unavailable';
      /** @constant */
      status: 503;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'pool_empty';
      requestId: string;
      pool: string;
      counts: {
        free: number;
        leased: number;
        checking: number;
        quarantined: number;
        drained: number;
      };
    };
    /** @description VMs of this pool open to your own key only: send `sshPublicKey`, of the type Ed25519 or RSA. */
    SshPublicKeyNeeded: {
      /** @constant */
      title: 'Unprocessable Content';
      /** @constant */
      status: 422;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'ssh_public_key_needed';
      requestId: string;
    };
    /** @description The lease store did not answer in time, so the outcome is unknown; try again. */
    StoreUnavailable: {
      /** @constant */
      title: 'Service Unavailable';
      /** @constant */
      status: 503;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'store_unavailable';
      requestId: string;
    };
    /** @description The caller sends too many requests; try again after `Retry-After` seconds. */
    TooManyRequests: {
      /** @constant */
      title: 'Too Many Requests';
      /** @constant */
      status: 429;
      detail: string;
      /** @constant */
      code: 'too_many_requests';
      requestId: string;
    };
    /** @description The call needs the token of the metrics, as `Authorization: Bearer TOKEN`. */
    Unauthorized: {
      /** @constant */
      title: 'Unauthorized';
      /** @constant */
      status: 401;
      detail: string;
      /** @constant */
      code: 'unauthorized';
      requestId: string;
    };
    /** @description No VM belongs to the pool; `pools` lists the pools. */
    UnknownPool: {
      /** @constant */
      title: 'Not Found';
      /** @constant */
      status: 404;
      detail: string;
      /** @constant */
      code: 'unknown_pool';
      requestId: string;
      pools: string[];
    };
    /** @description The inventory does not contain the VM. */
    UnknownVm: {
      /** @constant */
      title: 'Not Found';
      /** @constant */
      status: 404;
      detail: string;
      /** @constant */
      code: 'unknown_vm';
      requestId: string;
    };
    /** @description The body is neither JSON nor a form, or it is compressed. */
    UnsupportedMediaType: {
      /** @constant */
      title: 'Unsupported Media Type';
      /** @constant */
      status: 415;
      detail: string;
      /** @constant */
      code: 'unsupported_media_type';
      requestId: string;
    };
    /** @description The caller is verified but cannot be a user; `detail` says why. */
    UnusableIdentity: {
      /** @constant */
      title: 'Forbidden';
      /** @constant */
      status: 403;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'unusable_identity';
      requestId: string;
    };
    /** @description The VM kept changing, so the order was not carried out; try again. */
    VmBusy: {
      /** @constant */
      title: 'Conflict';
      /** @constant */
      status: 409;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'vm_busy';
      requestId: string;
    };
    /** @description A user holds the VM; release it first. */
    VmInUse: {
      /** @constant */
      title: 'Conflict';
      /** @constant */
      status: 409;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'vm_in_use';
      requestId: string;
      /** @enum {string} */
      state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
    };
    /** @description The order does not apply to the VM's `state`. */
    WrongState: {
      /** @constant */
      title: 'Conflict';
      /** @constant */
      status: 409;
      detail: string;
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      code: 'wrong_state';
      requestId: string;
      /** @enum {string} */
      state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
    };
  };
  responses: {
    /** @description `internal`: A fault of the service; quote the `requestId` when you report it. */
    Internal: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Internal'];
      };
    };
    /** @description `invalid_request`: Parameters are missing, wrong or unknown; `errors` names each. */
    InvalidRequest: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['InvalidRequest'];
      };
    };
    /** @description `lease_superseded`: The `leaseId` is not the user's current lease. */
    LeaseSuperseded: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['LeaseSuperseded'];
      };
    };
    /** @description `lease_too_long`: The lease would be longer than allowed, renewals included; `latestExpiresAt` is its latest end. */
    LeaseTooLong: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['LeaseTooLong'];
      };
    };
    /** @description `no_certificate_authority`: The service makes no login certificates. */
    NoCertificateAuthority: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['NoCertificateAuthority'];
      };
    };
    /** @description `no_lease`: The user holds no lease, or it has ended. */
    NoLease: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['NoLease'];
      };
    };
    /** @description `payload_too_large`: The body is larger than 8 KiB. */
    PayloadTooLarge: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['PayloadTooLarge'];
      };
    };
    /** @description `ssh_public_key_needed`: VMs of this pool open to your own key only: send `sshPublicKey`, of the type Ed25519 or RSA. */
    SshPublicKeyNeeded: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['SshPublicKeyNeeded'];
      };
    };
    /** @description `store_unavailable`: The lease store did not answer in time, so the outcome is unknown; try again. */
    StoreUnavailable: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['StoreUnavailable'];
      };
    };
    /** @description `too_many_requests`: The caller sends too many requests; try again after `Retry-After` seconds. */
    TooManyRequests: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['TooManyRequests'];
      };
    };
    /** @description `unauthorized`: The call needs the token of the metrics, as `Authorization: Bearer TOKEN`. */
    Unauthorized: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['Unauthorized'];
      };
    };
    /** @description `unknown_pool`: No VM belongs to the pool; `pools` lists the pools. */
    UnknownPool: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['UnknownPool'];
      };
    };
    /** @description `unknown_vm`: The inventory does not contain the VM. */
    UnknownVm: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['UnknownVm'];
      };
    };
    /** @description `unsupported_media_type`: The body is neither JSON nor a form, or it is compressed. */
    UnsupportedMediaType: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['UnsupportedMediaType'];
      };
    };
    /** @description `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
    UnusableIdentity: {
      headers: {
        'x-request-id': components['headers']['RequestId'];
        [name: string]: unknown;
      };
      content: {
        'application/problem+json': components['schemas']['UnusableIdentity'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: {
    /** @description Id of the request; the log has one line for it */
    RequestId: string;
  };
  pathItems: never;
}
export interface operations {
  getvm: {
    parameters: {
      query?: {
        /**
         * @description who borrows; a caller with an identity may leave it out; here or in the body
         * @example alice
         */
        userid?: string;
        /**
         * @description pool to borrow from; `default` when absent; here or in the body
         * @example default
         */
        pool?: string;
        /**
         * @description length of the lease from now; the service sets the default, and the longest from `getvm` to its end; here or in the body
         * @example 60
         */
        minutes?: number;
        /**
         * @description OpenSSH public key that is let in; no private key is handed out then; here or in the body
         * @example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm alice@laptop
         */
        sshPublicKey?: string;
      };
      header?: {
        /**
         * @description makes the call safe to repeat: your same key with the same parameters gets the same lease while it lives, and no other until 7 days after its `expiresAt`
         * @example 5a2c64f1-6f44-4e8a-9a37-0a8ef7d2e6b1
         */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "userid": "alice",
         *       "pool": "default",
         *       "minutes": 60,
         *       "sshPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm alice@laptop"
         *     }
         */
        'application/json': components['schemas']['GetvmParameters'];
        /**
         * @example {
         *       "userid": "alice",
         *       "pool": "default",
         *       "minutes": 60,
         *       "sshPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm alice@laptop"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['GetvmParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            message: string;
            vm: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              status: 'ready' | 'starting' | 'gone';
              statusReason?: string;
              /** @enum {string} */
              login?: 'certificate' | 'shared-key' | 'instance-connect' | 'session-manager';
              certificate?: string;
              /** Format: date-time */
              certificateExpiresAt?: string;
              /** Format: date-time */
              keyAcceptedUntil?: string;
              knownHosts?: string[];
              region?: string;
              session?: {
                sessionId: string;
                streamUrl: string;
                tokenValue: string;
              };
              privateKey?: string;
              authorizedKey?: string;
            };
            lease: {
              id: string;
              userid: string;
              /** Format: date-time */
              acquiredAt: string;
              /** Format: date-time */
              expiresAt: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `not_yours`: The `userid` is not yours; only operators may act for others. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['NotYours'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['UnknownPool'];
      /** @description `already_allocated`: The user already holds a VM; `vmId`, `leaseId` and `expiresAt` say which. `idempotency_key_spent`: The lease of this `Idempotency-Key` has ended; use a new key for another VM. */
      409: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json':
            components['schemas']['AlreadyAllocated'] | components['schemas']['IdempotencyKeySpent'];
        };
      };
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      /** @description `idempotency_key_reused`: The user has sent this `Idempotency-Key` before, with other parameters; use a new key. `lease_too_long`: The lease would be longer than allowed, renewals included; `latestExpiresAt` is its latest end. `ssh_public_key_needed`: VMs of this pool open to your own key only: send `sshPublicKey`, of the type Ed25519 or RSA. */
      422: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json':
            | components['schemas']['IdempotencyKeyReused']
            | components['schemas']['LeaseTooLong']
            | components['schemas']['SshPublicKeyNeeded'];
        };
      };
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      /** @description `access_unavailable`: No login credential can be made now; the lease stands, so ask connectvm after `Retry-After` seconds. `pool_empty`: No VM of the pool is free; try again after `Retry-After` seconds. `store_unavailable`: The lease store did not answer in time, so the outcome is unknown; try again. */
      503: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json':
            | components['schemas']['AccessUnavailable']
            | components['schemas']['PoolEmpty']
            | components['schemas']['StoreUnavailable'];
        };
      };
    };
  };
  releasevm: {
    parameters: {
      query?: {
        /**
         * @description who borrows; a caller with an identity may leave it out; here or in the body
         * @example alice
         */
        userid?: string;
        /**
         * @description acts on this lease or on none, which makes the call safe to repeat; here or in the body
         * @example 96ba437d-ec47-4d0f-a5f6-40e5483397ec
         */
        leaseId?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "userid": "alice",
         *       "leaseId": "96ba437d-ec47-4d0f-a5f6-40e5483397ec"
         *     }
         */
        'application/json': components['schemas']['ReleasevmParameters'];
        /**
         * @example {
         *       "userid": "alice",
         *       "leaseId": "96ba437d-ec47-4d0f-a5f6-40e5483397ec"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['ReleasevmParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "message": "vm-01 was given back",
           *       "vm": {
           *         "id": "vm-01",
           *         "state": "free"
           *       }
           *     }
           */
          'application/json': {
            message: string;
            vm: {
              id: string;
              /** @enum {string} */
              state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `not_yours`: The `userid` is not yours; only operators may act for others. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['NotYours'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['NoLease'];
      409: components['responses']['LeaseSuperseded'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  renewvm: {
    parameters: {
      query?: {
        /**
         * @description who borrows; a caller with an identity may leave it out; here or in the body
         * @example alice
         */
        userid?: string;
        /**
         * @description acts on this lease or on none, which makes the call safe to repeat; here or in the body
         * @example 96ba437d-ec47-4d0f-a5f6-40e5483397ec
         */
        leaseId?: string;
        /**
         * @description length of the lease from now; the service sets the default, and the longest from `getvm` to its end; here or in the body
         * @example 60
         */
        minutes?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "userid": "alice",
         *       "leaseId": "96ba437d-ec47-4d0f-a5f6-40e5483397ec",
         *       "minutes": 60
         *     }
         */
        'application/json': components['schemas']['RenewvmParameters'];
        /**
         * @example {
         *       "userid": "alice",
         *       "leaseId": "96ba437d-ec47-4d0f-a5f6-40e5483397ec",
         *       "minutes": 60
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['RenewvmParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "lease": {
           *         "id": "96ba437d-ec47-4d0f-a5f6-40e5483397ec",
           *         "userid": "alice",
           *         "acquiredAt": "2026-11-21T12:00:00Z",
           *         "expiresAt": "2026-11-21T13:00:00Z"
           *       }
           *     }
           */
          'application/json': {
            lease: {
              id: string;
              userid: string;
              /** Format: date-time */
              acquiredAt: string;
              /** Format: date-time */
              expiresAt: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `not_yours`: The `userid` is not yours; only operators may act for others. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['NotYours'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['NoLease'];
      409: components['responses']['LeaseSuperseded'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      422: components['responses']['LeaseTooLong'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  connectvm: {
    parameters: {
      query?: {
        /**
         * @description who borrows; a caller with an identity may leave it out; here or in the body
         * @example alice
         */
        userid?: string;
        /**
         * @description acts on this lease or on none, which makes the call safe to repeat; here or in the body
         * @example 96ba437d-ec47-4d0f-a5f6-40e5483397ec
         */
        leaseId?: string;
        /**
         * @description OpenSSH public key that is let in; no private key is handed out then; here or in the body
         * @example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm alice@laptop
         */
        sshPublicKey?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "userid": "alice",
         *       "leaseId": "96ba437d-ec47-4d0f-a5f6-40e5483397ec",
         *       "sshPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm alice@laptop"
         *     }
         */
        'application/json': components['schemas']['ConnectvmParameters'];
        /**
         * @example {
         *       "userid": "alice",
         *       "leaseId": "96ba437d-ec47-4d0f-a5f6-40e5483397ec",
         *       "sshPublicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm alice@laptop"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['ConnectvmParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            vm: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              status: 'ready' | 'starting' | 'gone';
              statusReason?: string;
              /** @enum {string} */
              login?: 'certificate' | 'shared-key' | 'instance-connect' | 'session-manager';
              certificate?: string;
              /** Format: date-time */
              certificateExpiresAt?: string;
              /** Format: date-time */
              keyAcceptedUntil?: string;
              knownHosts?: string[];
              region?: string;
              session?: {
                sessionId: string;
                streamUrl: string;
                tokenValue: string;
              };
              privateKey?: string;
              authorizedKey?: string;
            };
            lease: {
              id: string;
              userid: string;
              /** Format: date-time */
              acquiredAt: string;
              /** Format: date-time */
              expiresAt: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `not_yours`: The `userid` is not yours; only operators may act for others. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['NotYours'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['NoLease'];
      409: components['responses']['LeaseSuperseded'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      422: components['responses']['SshPublicKeyNeeded'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      /** @description `access_unavailable`: No login credential can be made now; the lease stands, so ask connectvm after `Retry-After` seconds. `store_unavailable`: The lease store did not answer in time, so the outcome is unknown; try again. */
      503: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json':
            components['schemas']['AccessUnavailable'] | components['schemas']['StoreUnavailable'];
        };
      };
    };
  };
  lease: {
    parameters: {
      query?: {
        /**
         * @description who borrows; a caller with an identity may leave it out
         * @example alice
         */
        userid?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            vm: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              status: 'ready' | 'starting' | 'gone';
              statusReason?: string;
              /** @enum {string} */
              login?: 'certificate' | 'shared-key' | 'instance-connect' | 'session-manager';
              certificate?: string;
              /** Format: date-time */
              certificateExpiresAt?: string;
              /** Format: date-time */
              keyAcceptedUntil?: string;
              knownHosts?: string[];
              region?: string;
              session?: {
                sessionId: string;
                streamUrl: string;
                tokenValue: string;
              };
              privateKey?: string;
              authorizedKey?: string;
            };
            lease: {
              id: string;
              userid: string;
              /** Format: date-time */
              acquiredAt: string;
              /** Format: date-time */
              expiresAt: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `not_yours`: The `userid` is not yours; only operators may act for others. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['NotYours'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['NoLease'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      /** @description `access_unavailable`: No login credential can be made now; the lease stands, so ask connectvm after `Retry-After` seconds. `store_unavailable`: The lease store did not answer in time, so the outcome is unknown; try again. */
      503: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json':
            components['schemas']['AccessUnavailable'] | components['schemas']['StoreUnavailable'];
        };
      };
    };
  };
  pool: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "pools": {
           *         "default": {
           *           "free": 3,
           *           "leased": 2,
           *           "checking": 0,
           *           "quarantined": 0,
           *           "drained": 0,
           *           "description": "Ubuntu 24.04, 4 cores",
           *           "aliases": [
           *             "ubuntu"
           *           ],
           *           "access": "certificate",
           *           "check": "command",
           *           "reset": "command",
           *           "lease": {
           *             "defaultMinutes": 480,
           *             "maxMinutes": 10080
           *           },
           *           "power": {
           *             "running": 2,
           *             "stopped": 1,
           *             "minRunning": 2,
           *             "hoursSaved": 61.5
           *           }
           *         }
           *       }
           *     }
           */
          'application/json': {
            pools: {
              [key: string]: {
                free: number;
                leased: number;
                checking: number;
                quarantined: number;
                drained: number;
                description?: string;
                aliases: string[];
                /** @enum {string} */
                access: 'mock' | 'certificate' | 'stored-key' | 'instance-connect' | 'session-manager';
                /** @enum {string} */
                check: 'none' | 'banner' | 'host-key' | 'command';
                /** @enum {string} */
                reset: 'none' | 'command' | 'reboot' | 'replace-root-volume';
                lease: {
                  defaultMinutes: number;
                  maxMinutes: number;
                };
                power?: {
                  running: number;
                  stopped: number;
                  minRunning: number;
                  hoursSaved: number;
                };
              };
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      403: components['responses']['UnusableIdentity'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  health: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "status": "ok"
           *     }
           */
          'application/json': {
            status: string;
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  sign: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "authorization": "jwt",
           *       "issuer": "https://id.example.com",
           *       "audiences": [
           *         "vm-pool"
           *       ],
           *       "clientId": "vm-pool-people",
           *       "scopes": "openid offline_access"
           *     }
           */
          'application/json': {
            /** @enum {string} */
            authorization: 'none' | 'iam' | 'jwt';
            region?: string;
            issuer?: string;
            audiences?: string[];
            clientId?: string;
            scopes?: string;
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      500: components['responses']['Internal'];
    };
  };
  openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "openapi": "3.1.1",
           *       "info": {
           *         "title": "vm-pool"
           *       },
           *       "servers": [],
           *       "tags": [],
           *       "paths": {},
           *       "components": {}
           *     }
           */
          'application/json': {
            openapi: string;
            info: {
              [key: string]: unknown;
            };
            servers: {
              [key: string]: unknown;
            }[];
            tags: {
              [key: string]: unknown;
            }[];
            paths: {
              [key: string]: unknown;
            };
            components: {
              [key: string]: unknown;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      500: components['responses']['Internal'];
    };
  };
  ca: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /** @example ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA... vm-pool */
          'text/plain; charset=utf-8': string;
        };
      };
      400: components['responses']['InvalidRequest'];
      404: components['responses']['NoCertificateAuthority'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      500: components['responses']['Internal'];
    };
  };
  console: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /** @example <!doctype html><title>vm-pool</title> */
          'text/html; charset=utf-8': string;
        };
      };
      400: components['responses']['InvalidRequest'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      500: components['responses']['Internal'];
    };
  };
  vms: {
    parameters: {
      query?: {
        /**
         * @description most items on the page
         * @example 50
         */
        limit?: number;
        /**
         * @description where the page begins: the cursor of the page before
         * @example dm0tMDE
         */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "vms": [
           *         {
           *           "id": "vm-01",
           *           "pool": "default",
           *           "ip": "192.0.2.11",
           *           "port": 22,
           *           "username": "tester",
           *           "state": "drained",
           *           "failures": 0,
           *           "draining": true,
           *           "retired": false,
           *           "reason": "new disk"
           *         }
           *       ],
           *       "cursor": "dm0tMDE"
           *     }
           */
          'application/json': {
            vms: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
              failures: number;
              draining: boolean;
              retired: boolean;
              /** @constant */
              stopped?: true;
              /** Format: date-time */
              missingSince?: string;
              /** Format: date-time */
              since?: string;
              /** Format: date-time */
              dueAt?: string;
              reason?: string;
              userid?: string;
              leaseId?: string;
            }[];
            cursor?: string;
          };
        };
      };
      /** @description `invalid_cursor`: The cursor does not come from an earlier page. `invalid_request`: Parameters are missing, wrong or unknown; `errors` names each. */
      400: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['InvalidCursor'] | components['schemas']['InvalidRequest'];
        };
      };
      /** @description `forbidden`: The call is for operators. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Forbidden'] | components['schemas']['UnusableIdentity'];
        };
      };
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  events: {
    parameters: {
      query?: {
        /**
         * @description who borrows; a caller with an identity may leave it out
         * @example alice
         */
        userid?: string;
        /**
         * @description id of a VM
         * @example vm-01
         */
        vm?: string;
        /**
         * @description most items on the page
         * @example 50
         */
        limit?: number;
        /**
         * @description where the page begins: the cursor of the page before
         * @example dm0tMDE
         */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "events": [
           *         {
           *           "id": "0001732190400000-0",
           *           "at": "2026-11-21T12:00:00.000Z",
           *           "kind": "acquired",
           *           "vmId": "vm-01",
           *           "from": "free",
           *           "to": "leased",
           *           "userid": "alice",
           *           "leaseId": "96ba437d-ec47-4d0f-a5f6-40e5483397ec",
           *           "who": "alice",
           *           "requestId": "JKJaXmPLvHcESHA="
           *         }
           *       ]
           *     }
           */
          'application/json': {
            events: {
              id: string;
              /** Format: date-time */
              at: string;
              kind: string;
              vmId: string;
              /** @enum {string} */
              from?: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
              /** @enum {string} */
              to?: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
              userid?: string;
              leaseId?: string;
              reason?: string;
              who: string;
              requestId: string;
            }[];
            cursor?: string;
          };
        };
      };
      /** @description `invalid_cursor`: The cursor does not come from an earlier page. `invalid_request`: Parameters are missing, wrong or unknown; `errors` names each. */
      400: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['InvalidCursor'] | components['schemas']['InvalidRequest'];
        };
      };
      /** @description `forbidden`: The call is for operators. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Forbidden'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['UnknownVm'];
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  drain: {
    parameters: {
      query?: {
        /**
         * @description why; kept with the event; here or in the body
         * @example new disk
         */
        reason?: string;
      };
      header?: never;
      path: {
        /**
         * @description id of the VM
         * @example vm-01
         */
        id: string;
      };
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "new disk"
         *     }
         */
        'application/json': components['schemas']['DrainParameters'];
        /**
         * @example {
         *       "reason": "new disk"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['DrainParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "vm": {
           *         "id": "vm-01",
           *         "pool": "default",
           *         "ip": "192.0.2.11",
           *         "port": 22,
           *         "username": "tester",
           *         "state": "drained",
           *         "failures": 0,
           *         "draining": true,
           *         "retired": false,
           *         "reason": "new disk"
           *       }
           *     }
           */
          'application/json': {
            vm: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
              failures: number;
              draining: boolean;
              retired: boolean;
              /** @constant */
              stopped?: true;
              /** Format: date-time */
              missingSince?: string;
              /** Format: date-time */
              since?: string;
              /** Format: date-time */
              dueAt?: string;
              reason?: string;
              userid?: string;
              leaseId?: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `forbidden`: The call is for operators. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Forbidden'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['UnknownVm'];
      /** @description `vm_busy`: The VM kept changing, so the order was not carried out; try again. `wrong_state`: The order does not apply to the VM's `state`. */
      409: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['VmBusy'] | components['schemas']['WrongState'];
        };
      };
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  return: {
    parameters: {
      query?: {
        /**
         * @description why; kept with the event; here or in the body
         * @example new disk
         */
        reason?: string;
        /**
         * @description fingerprint of the new host key, to return a VM whose host key changed; the service knows it from the inventory, or from the console of an EC2 instance; here or in the body
         * @example SHA256:kYaUkeKZtYOCKqFUcAmeJLBELrJ4vqJKKEBcKIdCC7o
         */
        hostKey?: string;
      };
      header?: never;
      path: {
        /**
         * @description id of the VM
         * @example vm-01
         */
        id: string;
      };
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "new disk",
         *       "hostKey": "SHA256:kYaUkeKZtYOCKqFUcAmeJLBELrJ4vqJKKEBcKIdCC7o"
         *     }
         */
        'application/json': components['schemas']['ReturnParameters'];
        /**
         * @example {
         *       "reason": "new disk",
         *       "hostKey": "SHA256:kYaUkeKZtYOCKqFUcAmeJLBELrJ4vqJKKEBcKIdCC7o"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['ReturnParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "vm": {
           *         "id": "vm-01",
           *         "pool": "default",
           *         "ip": "192.0.2.11",
           *         "port": 22,
           *         "username": "tester",
           *         "state": "drained",
           *         "failures": 0,
           *         "draining": true,
           *         "retired": false,
           *         "reason": "new disk"
           *       }
           *     }
           */
          'application/json': {
            vm: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
              failures: number;
              draining: boolean;
              retired: boolean;
              /** @constant */
              stopped?: true;
              /** Format: date-time */
              missingSince?: string;
              /** Format: date-time */
              since?: string;
              /** Format: date-time */
              dueAt?: string;
              reason?: string;
              userid?: string;
              leaseId?: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `forbidden`: The call is for operators. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Forbidden'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['UnknownVm'];
      /** @description `host_key_changed`: The VM is out because its host key changed; name the new one as `hostKey`. `hostKeys` are in the inventory, or on the console of the EC2 instance. `vm_busy`: The VM kept changing, so the order was not carried out; try again. `wrong_state`: The order does not apply to the VM's `state`. */
      409: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json':
            | components['schemas']['HostKeyChanged']
            | components['schemas']['VmBusy']
            | components['schemas']['WrongState'];
        };
      };
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  quarantine: {
    parameters: {
      query?: {
        /**
         * @description why; kept with the event; here or in the body
         * @example new disk
         */
        reason?: string;
      };
      header?: never;
      path: {
        /**
         * @description id of the VM
         * @example vm-01
         */
        id: string;
      };
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "new disk"
         *     }
         */
        'application/json': components['schemas']['QuarantineParameters'];
        /**
         * @example {
         *       "reason": "new disk"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['QuarantineParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "vm": {
           *         "id": "vm-01",
           *         "pool": "default",
           *         "ip": "192.0.2.11",
           *         "port": 22,
           *         "username": "tester",
           *         "state": "drained",
           *         "failures": 0,
           *         "draining": true,
           *         "retired": false,
           *         "reason": "new disk"
           *       }
           *     }
           */
          'application/json': {
            vm: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
              failures: number;
              draining: boolean;
              retired: boolean;
              /** @constant */
              stopped?: true;
              /** Format: date-time */
              missingSince?: string;
              /** Format: date-time */
              since?: string;
              /** Format: date-time */
              dueAt?: string;
              reason?: string;
              userid?: string;
              leaseId?: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `forbidden`: The call is for operators. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Forbidden'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['UnknownVm'];
      /** @description `vm_busy`: The VM kept changing, so the order was not carried out; try again. `vm_in_use`: A user holds the VM; release it first. */
      409: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['VmBusy'] | components['schemas']['VmInUse'];
        };
      };
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  release: {
    parameters: {
      query?: {
        /**
         * @description why; kept with the event; here or in the body
         * @example new disk
         */
        reason?: string;
      };
      header?: never;
      path: {
        /**
         * @description id of the VM
         * @example vm-01
         */
        id: string;
      };
      cookie?: never;
    };
    /** @description The parameters that do not come in the query string. */
    requestBody?: {
      content: {
        /**
         * @example {
         *       "reason": "new disk"
         *     }
         */
        'application/json': components['schemas']['ReleaseParameters'];
        /**
         * @example {
         *       "reason": "new disk"
         *     }
         */
        'application/x-www-form-urlencoded': components['schemas']['ReleaseParameters'];
      };
    };
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "vm": {
           *         "id": "vm-01",
           *         "pool": "default",
           *         "ip": "192.0.2.11",
           *         "port": 22,
           *         "username": "tester",
           *         "state": "drained",
           *         "failures": 0,
           *         "draining": true,
           *         "retired": false,
           *         "reason": "new disk"
           *       }
           *     }
           */
          'application/json': {
            vm: {
              id: string;
              pool: string;
              ip: string;
              port: number;
              username: string;
              /** @enum {string} */
              state: 'free' | 'leased' | 'checking' | 'quarantined' | 'drained';
              failures: number;
              draining: boolean;
              retired: boolean;
              /** @constant */
              stopped?: true;
              /** Format: date-time */
              missingSince?: string;
              /** Format: date-time */
              since?: string;
              /** Format: date-time */
              dueAt?: string;
              reason?: string;
              userid?: string;
              leaseId?: string;
            };
          };
        };
      };
      400: components['responses']['InvalidRequest'];
      /** @description `forbidden`: The call is for operators. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Forbidden'] | components['schemas']['UnusableIdentity'];
        };
      };
      404: components['responses']['UnknownVm'];
      /** @description `vm_busy`: The VM kept changing, so the order was not carried out; try again. `wrong_state`: The order does not apply to the VM's `state`. */
      409: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['VmBusy'] | components['schemas']['WrongState'];
        };
      };
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      503: components['responses']['StoreUnavailable'];
    };
  };
  metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done. */
      200: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          /**
           * @example # HELP vm_pool_vms VMs by pool and state.
           *     # TYPE vm_pool_vms gauge
           *     vm_pool_vms{pool="default",state="free"} 4
           *     vm_pool_vms{pool="default",state="leased"} 1
           */
          'text/plain; version=0.0.4; charset=utf-8': string;
          /**
           * @example # HELP vm_pool_vms VMs by pool and state.
           *     # TYPE vm_pool_vms gauge
           *     vm_pool_vms{pool="default",state="free"} 4
           *     vm_pool_vms{pool="default",state="leased"} 1
           *     # EOF
           */
          'application/openmetrics-text; version=1.0.0; charset=utf-8': string;
        };
      };
      400: components['responses']['InvalidRequest'];
      401: components['responses']['Unauthorized'];
      /** @description `forbidden`: The call is for operators. `unusable_identity`: The caller is verified but cannot be a user; `detail` says why. */
      403: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Forbidden'] | components['schemas']['UnusableIdentity'];
        };
      };
      413: components['responses']['PayloadTooLarge'];
      415: components['responses']['UnsupportedMediaType'];
      429: components['responses']['TooManyRequests'];
      500: components['responses']['Internal'];
      /** @description `metrics_token_unavailable`: The service cannot read the token of the metrics; its log says why. Try again after `Retry-After` seconds. `store_unavailable`: The lease store did not answer in time, so the outcome is unknown; try again. */
      503: {
        headers: {
          'x-request-id': components['headers']['RequestId'];
          [name: string]: unknown;
        };
        content: {
          'application/problem+json':
            components['schemas']['MetricsTokenUnavailable'] | components['schemas']['StoreUnavailable'];
        };
      };
    };
  };
}
