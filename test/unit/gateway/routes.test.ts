import { describe, expect, it } from '@jest/globals';
import { routeTable } from '../../../scripts/lib/gateway/routes.ts';

describe('routeTable', () => {
  // The example of the developer guide, section "Routing API requests".
  const findRoute = routeTable([
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /{proxy+}',
    '$default',
  ]);

  it.each([
    { method: 'GET', path: '/pets/dog/1', takes: 'GET /pets/dog/1' },
    { method: 'GET', path: '/pets/dog/2', takes: 'GET /pets/dog/{id}', pathParameters: { id: '2' } },
    { method: 'GET', path: '/pets/cat/1', takes: 'GET /pets/{proxy+}', pathParameters: { proxy: 'cat/1' } },
    { method: 'POST', path: '/test/5', takes: 'ANY /{proxy+}', pathParameters: { proxy: 'test/5' } },
    { method: 'POST', path: '/', takes: '$default' },
  ])('sends $method $path to $takes', ({ method, path, takes, pathParameters }) => {
    expect(findRoute(method, path)).toEqual({ routeKey: takes, ...(pathParameters && { pathParameters }) });
  });

  it('prefers a named method to ANY, with and without path variables', () => {
    const find = routeTable(['ANY /vm', 'GET /vm', 'ANY /vm/{id}', 'GET /vm/{id}']);
    expect(find('GET', '/vm')?.routeKey).toBe('GET /vm');
    expect(find('PUT', '/vm')?.routeKey).toBe('ANY /vm');
    expect(find('GET', '/vm/1')?.routeKey).toBe('GET /vm/{id}');
    expect(find('PUT', '/vm/1')?.routeKey).toBe('ANY /vm/{id}');
  });

  it.each(['//getvm', '/getvm/', '/%67etvm', '/getvm%2F', '/getvm%00', '/GETVM', '/./getvm', '/getvm;x', '/getvmx'])(
    'does not treat %s as /getvm',
    (path) => {
      expect(routeTable(['POST /getvm', '$default'])('POST', path)).toEqual({ routeKey: '$default' });
    },
  );

  it('treats a path that looks like a pattern as a plain path', () => {
    const find = routeTable(['GET /vm/{id}']);
    expect(find('GET', '/vm/{id}')).toEqual({ routeKey: 'GET /vm/{id}', pathParameters: { id: '{id}' } });
  });

  it('finds no route for other requests without $default', () => {
    expect(routeTable(['POST /getvm'])('GET', '/getvm')).toBeUndefined();
  });

  it('decodes path variables, and keeps those that cannot be decoded', () => {
    const find = routeTable(['GET /vm/{id}']);
    expect(find('GET', '/vm/a%20b')?.pathParameters).toEqual({ id: 'a b' });
    expect(find('GET', '/vm/a%zz')?.pathParameters).toEqual({ id: 'a%zz' });
  });

  it('matches the characters of a route literally', () => {
    expect(routeTable(['GET /v1.0/{id}'])('GET', '/v1x0/7')).toBeUndefined();
  });
});
