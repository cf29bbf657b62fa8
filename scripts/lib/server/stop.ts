import type { Server } from 'node:http';

/**
 * Prepares a server to be stopped.
 *
 * @returns a function that stops taking requests and waits for the answers under way, at most `patienceMs`. Connections
 *   without a whole request, such as those that browsers open in advance, do not hold it up
 */
export function stopperOf(server: Server): (patienceMs: number) => Promise<void> {
  let answersUnderWay = 0;
  let isStopping = false;
  const closeWhenIdle = () => {
    if (isStopping && answersUnderWay === 0) server.closeAllConnections();
  };
  server.on('request', (_request, response) => {
    answersUnderWay += 1;
    response.once('close', () => {
      answersUnderWay -= 1;
      closeWhenIdle();
    });
  });

  return (patienceMs) =>
    new Promise((resolve) => {
      isStopping = true;
      server.close(() => {
        resolve();
      });
      server.closeIdleConnections();
      closeWhenIdle();
      setTimeout(() => {
        server.closeAllConnections();
      }, patienceMs).unref();
    });
}
