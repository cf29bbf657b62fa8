/**
 * The region that the address of an API on AWS names; undefined for a custom domain, and for any other address.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-publish.html
 */
export function regionIn(url: string): string | undefined {
  return /[.]execute-api[.]([a-z0-9-]+)[.]amazonaws[.]/.exec(new URL(url).hostname)?.[1];
}
