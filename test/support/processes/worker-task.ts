/** Called in a worker: waits for one task, does it, sends the result back, and ends the process. */
export function serveTask(work: (task: never) => Promise<unknown>): void {
  process.once('message', (task) => {
    void work(task as never).then((result) => {
      process.send?.(result, () => {
        process.disconnect();
      });
    });
  });
}
