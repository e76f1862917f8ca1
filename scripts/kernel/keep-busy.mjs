/**
 * Makes front ends show the kernel as busy from the first waiting cell to the end of the last one.
 *
 * Jupyter's protocol wants "busy" and "idle" around every request, each with that request as its parent, and front ends
 * show whichever came last. tslab answers other requests (completion, comm_info, kernel_info) while a cell runs, and
 * takes the next cells of "Run all" into its queue: the "idle" of any of these would stand for the rest of the cell.
 * Here "idle" is followed by "busy" of the cell at work as long as there is one. Every request still gets its own
 * "idle": without it completion would wait for the end of the cell.
 *
 * @param {{ prototype: { publishStatus(status: string, message: object): void } }} server tslab's `ZmqServer`
 */
export function keepBusy(server) {
  const { publishStatus } = server.prototype;
  /** Requests to run a cell that have not ended, by server; the first one is at work. */
  const cells = new WeakMap();
  server.prototype.publishStatus = function (status, message) {
    const waiting = cells.get(this) ?? [];
    cells.set(this, waiting);
    if (message.header.msg_type === "execute_request") {
      if (status === "busy") waiting.push(message);
      else if (waiting.includes(message)) waiting.splice(waiting.indexOf(message), 1);
    }
    publishStatus.call(this, status, message);
    if (status === "idle" && waiting.length > 0) publishStatus.call(this, "busy", waiting[0]);
  };
}
