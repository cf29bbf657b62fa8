import { parseXML } from '@aws-sdk/xml-builder';

/** An element of XML: its children by name, or its text. One that has neither is the empty text. */
export type Element = string | { readonly [name: string]: Element | readonly Element[] | undefined };

/**
 * Reads XML.
 * @returns an element with the root as its only child; undefined if it is not XML. The parser's own error quotes the text.
 */
export function readXml(text: string): Element | undefined {
  try {
    return parseXML(text) as Element;
  } catch {
    return undefined;
  }
}

/** The one child of that name; undefined if there is none, or more than one. */
export function childOf(element: Element | undefined, name: string): Element | undefined {
  const child = childrenOf(element, name);
  return isList(child) ? undefined : child;
}

/** The text of the one child of that name. Undefined if there is no such child, or if it has children of its own. */
export function textOf(element: Element | undefined, name: string): string | undefined {
  const child = childOf(element, name);
  return typeof child === 'string' ? child : undefined;
}

/**
 * What a list has, such as `tagSet`: each is a child named `item`. The parser makes a list only of several of them.
 * @returns undefined if there is no such list; an empty one for `<tagSet/>`
 */
export function itemsOf(element: Element | undefined, name: string): readonly Element[] | undefined {
  const list = childOf(element, name);
  if (list === undefined) return undefined;
  const items = childrenOf(list, 'item') ?? [];
  return isList(items) ? items : [items];
}

function childrenOf(element: Element | undefined, name: string): Element | readonly Element[] | undefined {
  return typeof element === 'object' && Object.hasOwn(element, name) ? element[name] : undefined;
}

/** `Array.isArray` knows no lists that can't be changed. */
function isList(value: Element | readonly Element[] | undefined): value is readonly Element[] {
  return Array.isArray(value);
}
