/** Who a call is for. A call for everybody is open whatever the {@link Authorization} is. */
export type Audience = 'everybody' | 'borrowers' | 'operators';

/** How API Gateway verifies callers; `none` asks only operators. */
export type Authorization = 'none' | 'iam' | 'jwt';
