import { describe, expect, it } from '@jest/globals';
import { FORBIDDEN } from '../../../scripts/lib/gateway/authorizer.ts';
import { guarded } from '../../../scripts/lib/server/guarded-routes.ts';

const nobody = () => Promise.resolve(FORBIDDEN);

describe('guarded', () => {
  it('guards every call but those for everybody', () => {
    const routes = [...guarded(nobody, false).keys()];
    expect(routes).toEqual(
      expect.arrayContaining(['POST /getvm', 'GET /lease', 'GET /pool', 'GET /vms', 'GET /metrics']),
    );
    for (const open of ['GET /health', 'GET /openapi.json', '$default']) expect(routes).not.toContain(open);
  });

  it('leaves the metrics to the function where a token of their own opens them', () => {
    const [all, guardedNow] = [[...guarded(nobody, false).keys()], [...guarded(nobody, true).keys()]];
    expect(all.filter((route) => !guardedNow.includes(route))).toEqual(['GET /metrics']);
  });
});
