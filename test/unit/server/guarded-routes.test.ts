import { describe, expect, it } from '@jest/globals';
import { FORBIDDEN } from '../../../scripts/lib/gateway/authorizer.ts';
import { guarded } from '../../../scripts/lib/server/guarded-routes.ts';

const nobody = () => Promise.resolve(FORBIDDEN);

describe('guarded', () => {
  it('guards every call but those for everybody', () => {
    const routes = [...guarded(nobody).keys()];
    expect(routes).toEqual(expect.arrayContaining(['POST /getvm', 'GET /lease', 'GET /pool', 'GET /vms']));
    for (const open of ['GET /health', 'GET /openapi.json', '$default']) expect(routes).not.toContain(open);
  });

  it('guards only the calls of the given audiences', () => {
    const routes = [...guarded(nobody, ['operators']).keys()];
    expect(routes).toEqual(expect.arrayContaining(['GET /vms', 'GET /events']));
    expect(routes).not.toContain('POST /getvm');
  });
});
