import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { childOf, itemsOf, readXml, textOf } from '../../../lambda/aws/xml.ts';
import { escaped, listXml } from './ec2-xml.ts';

/** Text that XML can have. A blank text with a line break is one that a pretty printer has added. */
const texts = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  // eslint-disable-next-line no-control-regex -- XML has no control characters
  .filter((text) => !/[\u0000-\u001f\u007f\ufffe\uffff]/.test(text));

function root(xml: string) {
  return childOf(
    readXml(`<?xml version="1.0" encoding="UTF-8"?>\n<r xmlns="http://ec2.amazonaws.com/">${xml}</r>`),
    'r',
  );
}

describe('itemsOf', () => {
  it('reads any number of items as a list, one and none too', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 5 }), (values) => {
        const xml = root(
          listXml(
            'set',
            values.map((value) => `<value>${escaped(value)}</value>`),
          ),
        );
        expect(itemsOf(xml, 'set')?.map((item) => textOf(item, 'value'))).toEqual(values);
      }),
    );
  });

  it('reads items that are texts', () => {
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 5 }), (values) => {
        expect(itemsOf(root(listXml('set', values.map(escaped))), 'set')).toEqual(values);
      }),
    );
  });

  it.each([
    { rule: 'an empty element', xml: '<set/>', items: [] },
    { rule: 'an element without items', xml: '<set></set>', items: [] },
    { rule: 'white space', xml: '<set>\n  </set>', items: [] },
    { rule: 'items between white space', xml: '<set>\n  <item>1</item>\n  <item>2</item>\n</set>', items: ['1', '2'] },
    { rule: 'items beside a comment', xml: '<set><!-- two --><item>1</item></set>', items: ['1'] },
    { rule: 'something else than items', xml: '<set><member>1</member></set>', items: [] },
    { rule: 'text', xml: '<set>none</set>', items: [] },
    { rule: 'no list', xml: '<other/>', items: undefined },
    { rule: 'two lists', xml: '<set/><set/>', items: undefined },
  ])('reads $rule', ({ xml, items }) => {
    expect(itemsOf(root(xml), 'set')).toEqual(items);
  });
});

describe('textOf', () => {
  it.each([
    { rule: 'a number as it stands', xml: '<a>0022</a>', text: '0022' },
    { rule: 'what looks like true', xml: '<a>true</a>', text: 'true' },
    { rule: 'white space around a text', xml: '<a> b </a>', text: ' b ' },
    { rule: 'what markup can be made of', xml: '<a>&lt;b&gt; &amp;amp; &#64;</a>', text: '<b> &amp; @' },
    { rule: 'text that is no markup', xml: '<a><![CDATA[<b/>]]></a>', text: '<b/>' },
    { rule: 'an empty text', xml: '<a/>', text: '' },
    { rule: 'no text in an element with children', xml: '<a>x<b/></a>', text: undefined },
    { rule: 'no text where there are two', xml: '<a>1</a><a>2</a>', text: undefined },
    { rule: 'no text where there is no element', xml: '<b/>', text: undefined },
  ])('reads $rule', ({ xml, text }) => {
    expect(textOf(root(xml), 'a')).toBe(text);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('reads nothing of every object as %s', (name) => {
    expect(textOf(root('<a/>'), name)).toBeUndefined();
    expect(childOf(root('<a/>'), name)).toBeUndefined();
  });
});

describe('readXml', () => {
  it.each([
    { rule: 'nothing', text: '' },
    { rule: 'JSON', text: '{"a":1}' },
    { rule: 'half an answer', text: '<a><b>1</b>' },
    { rule: 'tags that cross', text: '<a><b></a></b>' },
    { rule: 'a document type without end', text: '<!DOCTYPE a [' },
    { rule: 'more levels than the stack has', text: '<a>'.repeat(100_000) },
  ])('reads no XML in $rule', ({ text }) => {
    expect(readXml(text)).toBeUndefined();
  });

  it('never throws', () => {
    const parts = fc.constantFrom(
      '<a>',
      '</a>',
      '<a/>',
      '<',
      '>',
      '&lt;',
      '&#x',
      '<![CDATA[',
      ']]>',
      '<!--',
      '<?',
      '"',
      '=',
      'x',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (some) => {
        expect(() => readXml(some.join(''))).not.toThrow();
      }),
    );
  });

  it('loads no entity that a document declares', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c SYSTEM "file:///etc/passwd">]><a>&b;&c;</a>';
    expect(textOf(readXml(bomb), 'a')).toBe('');
  });
});
