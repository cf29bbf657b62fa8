/** Loads a module and nothing else: `node bundle-process.mjs <url>`. */
await import(process.argv[2] ?? '');
process.send?.('loaded');
