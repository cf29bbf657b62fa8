/** In a worker: does the task that it is sent, once, sends the result back, and ends. */
export function serveTask(work: (task: never) => Promise<unknown>): void {
  process.once('message', (task) => {
    void work(task as never).then((result) => {
      process.send?.(result, () => {
        process.disconnect();
      });
    });
  });
}
