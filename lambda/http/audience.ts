/** Who a call is for. A call for everybody is open whatever the {@link Authorization} is. */
export type Audience = 'everybody' | 'borrowers' | 'operators';

/** How API Gateway verifies callers; `none` asks only operators. */
export type Authorization = 'none' | 'iam' | 'jwt';

/** The security scheme of the contract that each audience uses; the empty string stands for none. */
export const SCHEMES = {
  none: { operators: 'sigv4', borrowers: '' },
  iam: { operators: 'sigv4', borrowers: 'sigv4' },
  jwt: { operators: 'jwt', borrowers: 'jwt' },
} as const satisfies Readonly<Record<Authorization, object>>;
