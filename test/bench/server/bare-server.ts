/** A server that sends the same answer to every request: `node bare-server.mjs <port> <answer as JSON>`. */
import { createServer } from 'node:http';
import type { FixedAnswer } from './local-server.ts';

const [port, answer = ''] = process.argv.slice(2);
const { statusCode, headers, body } = JSON.parse(answer) as FixedAnswer;

createServer((_, response) => {
  response.writeHead(statusCode, headers);
  response.end(body);
}).listen(Number(port), '127.0.0.1');
