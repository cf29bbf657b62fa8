/**
 * The part of the language of CloudWatch Logs Insights that the named queries use. A text outside of it is refused,
 * although AWS may take it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */

/** What a query needs and gives. */
export interface ParsedQuery {
  /** Fields that lines of the log must have. */
  readonly fields: ReadonlySet<string>;
  /** Names of the columns of its result, in their order. */
  readonly columns: readonly string[];
}

const FUNCTIONS = new Set(['bin', 'ceil', 'coalesce', 'concat', 'floor', 'ispresent', 'strlen']);

const STATISTICS = new Set([
  ...['avg', 'count', 'count_distinct', 'earliest', 'latest', 'max', 'min', 'pct', 'stddev', 'sum'],
  ...['sortsFirst', 'sortsLast'],
]);

const KEYWORDS = new Set(['and', 'as', 'asc', 'by', 'desc', 'in', 'like', 'not', 'or']);

const TOKEN =
  /\s+|(?<text>'[^'\\]*'|"[^"\\]*")|(?<number>\d+(?:\.\d+)?(?![\w.]))|(?<period>\d+[smhd]\b)|(?<regex>(?<=\blike\s*)\/(?:[^/\\\n]|\\.)+\/)|(?<name>@?[A-Za-z_][\w]*(?:\.\w+)*)|(?<sign>[!<>]=|[=<>(),|*/+[\]-])/gy;

interface Token {
  readonly kind: 'text' | 'number' | 'period' | 'regex' | 'name' | 'sign';
  readonly is: string;
}

function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN.source, TOKEN.flags);
  while (pattern.lastIndex < query.length) {
    const at = pattern.lastIndex;
    const { groups } = pattern.exec(query) ?? fail(`what is ${query.slice(at, at + 20)}`);
    for (const [kind, is] of Object.entries((groups ?? {}) as Record<string, string | undefined>)) {
      if (is !== undefined) tokens.push({ kind: kind as Token['kind'], is });
    }
  }
  return tokens;
}

function fail(why: string): never {
  throw new SyntaxError(why);
}

/** Parses a query. @throws SyntaxError that says what is wrong */
export function parseQuery(query: string): ParsedQuery {
  return new Parser(tokensOf(query)).query();
}

class Parser {
  private at = 0;
  private readonly fields = new Set<string>();
  /** Names that the query itself has made. */
  private made = new Set<string>();
  private columns: string[] = [];
  /** Behind `stats` there are no lines any longer, only its columns. */
  private hasLines = true;

  constructor(private readonly tokens: readonly Token[]) {}

  query(): ParsedQuery {
    do this.command();
    while (this.takes('|'));
    if (this.peek() !== undefined) fail(`${this.peek()?.is ?? ''} is not expected`);
    return { fields: this.fields, columns: this.columns };
  }

  private command(): void {
    const command = this.name();
    switch (command) {
      case 'filter':
        this.either();
        return;
      case 'fields':
        this.columns.push(...this.items(() => this.sum()));
        return;
      case 'stats':
        this.stats();
        return;
      case 'sort':
        this.known(this.name());
        if (!this.takes('asc') && !this.takes('desc')) fail('sort needs asc or desc');
        return;
      case 'limit':
        if (this.next().kind !== 'number') fail('limit needs a number');
        return;
      default:
        fail(`${command} is not a command`);
    }
  }

  private stats(): void {
    const counted = this.items(() => this.statistic());
    const by = this.takes('by') ? this.items(() => this.sum()) : [];
    this.columns = [...counted, ...by];
    this.made = new Set(this.columns);
    this.hasLines = false;
  }

  private statistic(): string {
    const name = this.name();
    if (!STATISTICS.has(name)) fail(`${name} is not a statistic`);
    this.needs('(');
    if (name === 'count' && this.takes('*')) {
      this.needs(')');
      return name;
    }
    this.known(this.name());
    if (name === 'pct' && !(this.takes(',') && this.next().kind === 'number')) fail('pct needs a percentage');
    this.needs(')');
    return name;
  }

  /** Items with commas between. @returns their names, of which only those that `as` gives are safe to use */
  private items(item: () => string): string[] {
    const names: string[] = [];
    do {
      const name = item();
      const alias = this.takes('as') ? this.name() : name;
      if (alias !== name) this.made.add(alias);
      if (names.includes(alias)) fail(`two columns are named ${alias}`);
      names.push(alias);
    } while (this.takes(','));
    return names;
  }

  private either(): void {
    do this.all();
    while (this.takes('or'));
  }

  private all(): void {
    do {
      this.takes('not');
      this.comparison();
    } while (this.takes('and'));
  }

  private comparison(): void {
    if (this.takes('(')) {
      this.either();
      this.needs(')');
      return;
    }
    const left = this.sum();
    if (['=', '!=', '<', '<=', '>', '>='].some((sign) => this.takes(sign))) this.sum();
    else if (this.takes('like')) this.pattern();
    else if (this.takes('in')) this.list();
    else if (left !== 'ispresent') fail(`${left} is not a condition`);
  }

  private pattern(): void {
    const { kind, is } = this.next();
    if (kind === 'regex') new RegExp(is.slice(1, -1), 'u');
    else if (kind !== 'text') fail('like needs a pattern');
  }

  private list(): void {
    this.needs('[');
    do if (!['text', 'number'].includes(this.next().kind)) fail('in needs values');
    while (this.takes(','));
    this.needs(']');
  }

  /** @returns the name of the field or function, or the value */
  private sum(): string {
    const first = this.term();
    while (['+', '-', '*', '/'].some((sign) => this.takes(sign))) this.term();
    return first;
  }

  private term(): string {
    const { kind, is } = this.next();
    if (kind === 'sign' || kind === 'regex') fail(`${is} is not a value`);
    if (kind !== 'name') return is;
    if (KEYWORDS.has(is)) fail(`${is} is not a name`);
    if (!this.takes('(')) return this.known(is);
    if (!FUNCTIONS.has(is)) fail(`${is} is not a function`);
    do this.sum();
    while (this.takes(','));
    this.needs(')');
    return is;
  }

  private known(name: string): string {
    if (this.made.has(name)) return name;
    if (!this.hasLines) fail(`${name} is not a column`);
    this.fields.add(name);
    return name;
  }

  private name(): string {
    const { kind, is } = this.next();
    return kind === 'name' && !KEYWORDS.has(is) ? is : fail(`${is} is not a name`);
  }

  private needs(sign: string): void {
    if (!this.takes(sign)) fail(`${sign} is missing before ${this.peek()?.is ?? 'the end'}`);
  }

  private takes(is: string): boolean {
    const isNext = this.peek()?.is === is;
    if (isNext) this.at += 1;
    return isNext;
  }

  private next(): Token {
    const token = this.peek() ?? fail('the query is not finished');
    this.at += 1;
    return token;
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }
}
