/** In a worker: does what it is sent, once, and ends. */
export function serveTask<Task, Result>(work: (task: Task) => Promise<Result>): void {
  process.once('message', (task) => {
    void work(task as Task).then((result) => {
      process.send?.(result, () => process.disconnect());
    });
  });
}
