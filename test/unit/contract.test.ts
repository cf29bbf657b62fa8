import { describe, expect, it } from '@jest/globals';
import { documentedCalls } from '../../scripts/lib/contract/documented-calls.ts';
import { tablesIn, withTables } from '../../scripts/lib/contract/markers.ts';
import { openApiDocument } from '../../scripts/lib/contract/openapi.ts';
import { tablesOf } from '../../scripts/lib/contract/tables.ts';

describe('the tables of a README', () => {
  const readme = '# A\n<!-- BEGIN one -->\nold\n<!-- END one -->\ntext\n<!-- BEGIN two -->\n<!-- END two -->\n';

  it('are written between their markers, and the rest stays', () => {
    expect(withTables(readme, { one: '| $& |', two: '| 2 |' })).toBe(
      '# A\n<!-- BEGIN one -->\n| $& |\n<!-- END one -->\ntext\n<!-- BEGIN two -->\n| 2 |\n<!-- END two -->\n',
    );
    expect(tablesIn(readme)).toEqual(['one', 'two']);
  });

  it('must exist', () => {
    expect(() => withTables(readme, { one: '' })).toThrow('no table two; the tables are one');
  });

  it('leave the markers of other tools alone', () => {
    const other = '<!-- BEGIN_TF_DOCS -->\n<!-- END_TF_DOCS -->\n';
    expect(withTables(other, {})).toBe(other);
  });

  it('name every refusal, setting and parameter', async () => {
    const tables = tablesOf(await documentedCalls());
    expect(tables.refusals).toContain('| 400 | `invalid_cursor` |');
    expect(tables.settings).toContain('| `AWS_ENDPOINT_URL_DYNAMODB` |');
    expect(tables.parameters).toContain('| must be 1 to 128 characters of A-Z a-z 0-9 . _ @ + - : / = , \\| |');
    expect(tables['calls of borrowers']).toContain('| `userid`, `leaseId` |');
  });
});

describe('the OpenAPI document', () => {
  it('offers each parameter in query, JSON body and form body, and the key as a header', async () => {
    const { paths, components } = openApiDocument(await documentedCalls()) as {
      paths: Record<string, Record<string, { parameters: unknown; requestBody: { content: object } }>>;
      components: { schemas: Record<string, { properties: object }> };
    };
    const getVm = paths['/getvm']?.post;
    const names = ['userid', 'pool', 'minutes', 'sshPublicKey'];
    expect(getVm?.parameters).toMatchObject([
      ...names.map((name) => ({ name, in: 'query' })),
      { name: 'Idempotency-Key', in: 'header' },
    ]);
    expect(Object.keys(getVm?.requestBody.content ?? {})).toEqual([
      'application/json',
      'application/x-www-form-urlencoded',
    ]);
    expect(Object.keys(components.schemas.GetvmParameters?.properties ?? {})).toEqual(names);
  });

  it('says for each audience what a caller must send', async () => {
    const { paths } = openApiDocument(await documentedCalls()) as {
      paths: Record<string, Record<string, { security: unknown }>>;
    };
    const schemes = [{ sigv4: [] }, { jwt: [] }];
    expect(paths['/health']?.get?.security).toEqual([]);
    expect(paths['/getvm']?.post?.security).toEqual([{}, ...schemes]);
    expect(paths['/vms']?.get?.security).toEqual(schemes);
  });
});
