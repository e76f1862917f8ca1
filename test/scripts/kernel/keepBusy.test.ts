import { beforeAll, describe, expect, it } from "vitest";
import { scriptModule } from "../scriptModule";

interface Message {
  readonly header: { readonly msg_type: string };
}
interface Server {
  publishStatus(status: string, message: Message): void;
}
let keepBusy: (server: { prototype: Server }) => void;

beforeAll(async () => {
  ({ keepBusy } = await scriptModule<{ keepBusy: typeof keepBusy }>("kernel/keep-busy.mjs"));
});

/** A server that notes what it publishes, with the kernel's change. */
function changed() {
  class Notes implements Server {
    readonly published: [string, Message][] = [];
    publishStatus(status: string, message: Message): void {
      this.published.push([status, message]);
    }
  }
  keepBusy(Notes);
  return Notes;
}
const message = (type: string): Message => ({ header: { msg_type: type } });

describe("keepBusy", () => {
  it("follows the idle of another request by busy of the cell at work, and gives every request its own idle", () => {
    const server = new (changed())();
    const [cell, complete] = [message("execute_request"), message("complete_request")];
    for (const [status, of] of [
      ["busy", cell],
      ["busy", complete],
      ["idle", complete],
      ["idle", cell],
    ] as const)
      server.publishStatus(status, of);
    expect(server.published).toEqual([
      ["busy", cell],
      ["busy", complete],
      ["idle", complete],
      ["busy", cell],
      ["idle", cell],
    ]);
    // toEqual compares by value: the parents are the very messages.
    expect(server.published.map(([, of]) => of === cell)).toEqual([true, false, false, true, true]);
  });

  it("stays busy between two cells of Run all, whose requests come together", () => {
    const server = new (changed())();
    const [first, second] = [message("execute_request"), message("execute_request")];
    server.publishStatus("busy", first);
    server.publishStatus("busy", second);
    server.publishStatus("idle", first);
    expect(server.published.at(-1)?.[0]).toBe("busy");
    expect(server.published.at(-1)?.[1]).toBe(second);
    server.publishStatus("idle", second);
    expect(server.published.at(-1)?.[0]).toBe("idle");
  });

  it("changes nothing while no cell runs, and keeps servers apart", () => {
    const Notes = changed();
    const [working, resting] = [new Notes(), new Notes()];
    working.publishStatus("busy", message("execute_request"));
    resting.publishStatus("busy", message("kernel_info_request"));
    resting.publishStatus("idle", message("kernel_info_request"));
    expect(resting.published.map(([status]) => status)).toEqual(["busy", "idle"]);
  });
});
