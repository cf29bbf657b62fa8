/** The package oidc-provider calls `URL.parse`, which Node has since 22.1. Load this module before it. */
const parse: typeof URL.parse = (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
if (!('parse' in URL)) Object.assign(URL, { parse });
