import { parser } from '@prometheus-io/lezer-promql';

/** A series that a query selects. */
export interface Selector {
  /** `vm_pool_vms`, or the name of a recording rule. */
  readonly metric: string;
  /** Labels that the query matches, with the value where it is one. */
  readonly matched: readonly { readonly label: string; readonly value: string | undefined }[];
  /** Labels by which the query groups the series. */
  readonly grouped: readonly string[];
}

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

/** The series that a query selects, as Prometheus' own grammar reads it. @throws Error where it is not PromQL */
export function selectorsOf(query: string): Selector[] {
  return within(parser.parse(query).topNode, [], query);
}

function within(node: SyntaxNode, grouped: readonly string[], query: string): Selector[] {
  if (node.type.isError) throw new Error(`not PromQL at character ${node.from}: ${query}`);
  const selected = node.name === 'VectorSelector' ? [selectorOf(node, grouped, query)] : [];
  const labels = node.name === 'AggregateExpr' ? groupingLabels(node.getChild('AggregateModifier'), query) : [];
  return [...selected, ...childrenOf(node).flatMap((child) => within(child, [...grouped, ...labels], query))];
}

function selectorOf(node: SyntaxNode, grouped: readonly string[], query: string): Selector {
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return { metric: textOf(node.getChild('Identifier'), query), matched: matchers.map(matched), grouped };

  function matched(matcher: SyntaxNode) {
    const isOneValue = textOf(matcher.getChild('MatchOp'), query) === '=';
    const value = JSON.parse(textOf(matcher.getChild('StringLiteral'), query)) as string;
    return { label: textOf(matcher.getChild('LabelName'), query), value: isOneValue ? value : undefined };
  }
}

/** Labels of `by (a, b)`. */
function groupingLabels(modifier: SyntaxNode | null, query: string): string[] {
  const labels = modifier?.getChild('GroupingLabels')?.getChildren('LabelName') ?? [];
  return labels.map((label) => textOf(label, query));
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function textOf(node: SyntaxNode | null, query: string): string {
  return node === null ? '' : query.slice(node.from, node.to);
}
