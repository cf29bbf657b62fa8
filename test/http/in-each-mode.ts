import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import type { Authorization } from '../../lambda/http/audience.ts';
import type { Mode } from '../support/api/modes.ts';
import { MODES } from '../support/api/modes.ts';
import type { ServedApi } from '../support/api/served-api.ts';
import { serveApi } from '../support/api/served-api.ts';
import { someVms } from '../support/pool/lending.ts';

/** The API that the current test calls. */
export type Served = () => ServedApi;

/** Runs a suite once for each value of `AUTHORIZATION`. Each test has an API of its own. */
export function inEachMode(vmCount: number, suite: (served: Served, authorization: Authorization) => void): void {
  describe.each(Object.keys(MODES) as Authorization[])('with authorization %s', (authorization) => {
    let mode: Mode;
    let served: ServedApi;

    beforeAll(async () => {
      mode = await MODES[authorization]();
    });

    afterAll(() => mode.stop());

    beforeEach(async () => {
      served = await serveApi(someVms(vmCount), mode);
    });

    afterEach(async () => {
      await served.close();
      expect(served.faults).toEqual([]);
    });

    suite(() => served, authorization);
  });
}
