// Comms: messages between a page and this kernel that are no cells (Jupyter's messaging protocol 5.3, "Custom messages").
// tslab knows none. Here they are answered as they come, never behind the cells that wait: a slider lives during a search.
import { createHmac, randomBytes } from "node:crypto";

/** What `lib/explore/bridge` finds on the global object. */
export const commsName = "__barsComms__";

/**
 * Has a server answer `comm_open`, `comm_msg` and `comm_close`, and puts a way to open comms on the global object.
 *
 * @param {{ prototype: object }} server tslab's `ZmqServer`
 * @param {object} host where `commsName` is put
 */
export function answerComms(server, host = globalThis) {
  /** Open comms by id: what is told of them. */
  const open = new Map();
  /** What handles comms that a page opens, by target. */
  const targets = new Map();
  /** The server that is connected, and the last request: what the kernel sends of itself goes to the same session. */
  let last = null;

  const send = (type, content, { metadata = {}, parent } = {}) => {
    if (last === null) return false;
    const message = last.message.createReply();
    message.header.msg_type = type;
    message.header.msg_id = randomBytes(16).toString("hex");
    message.parent = parent ?? last.message.header;
    message.metadata = metadata;
    message.content = content;
    // Publishers prefix a topic; the identity of a request would be taken for one.
    message.identity = [];
    message.signAndSend(last.server.connInfo.key, last.server.iopub);
    return true;
  };

  /** A comm as its owner sees it. */
  const commOf = (id, handlers) => {
    open.set(id, handlers);
    return {
      id,
      send: (data, metadata) => send("comm_msg", { comm_id: id, data }, { metadata }),
      close: (data = {}) => {
        open.delete(id);
        send("comm_close", { comm_id: id, data });
      },
    };
  };

  host[commsName] = {
    /** Opens a comm in the page. `handlers`: `message(data)` and `closed()`. Null before the first request. */
    open(target, data, metadata, handlers) {
      const id = randomBytes(16).toString("hex");
      const sent = send("comm_open", { comm_id: id, target_name: target, data }, { metadata });
      return sent ? commOf(id, handlers) : null;
    },
    /** Handles comms that a page opens to `target`: `opened(comm, data)` gives the handlers. */
    onTarget(target, opened) {
      targets.set(target, opened);
    },
  };

  const { publishStatus, handleShellMessage, handleCommInfoRequest } = server.prototype;
  // tslab's class of messages is not exported: the first request shows one.
  server.prototype.publishStatus = function (status, message) {
    last = { server: this, message };
    publishStatus.call(this, status, message);
  };
  server.prototype.handleShellMessage = async function (socket, ...frames) {
    const message = last && commMessage(frames, this.connInfo.key, Object.getPrototypeOf(last.message));
    if (!message) return handleShellMessage.call(this, socket, ...frames);
    this.publishStatus("busy", message);
    try {
      answer(message.header.msg_type, message.content);
    } catch (error) {
      console.error(`comm: ${error?.message ?? error}`);
    } finally {
      this.publishStatus("idle", message);
    }
  };

  function answer(type, { comm_id: id, target_name: target, data }) {
    if (type === "comm_open") {
      const opened = targets.get(target);
      // The protocol: a target that is not known closes the comm at once.
      if (!opened) return void send("comm_close", { comm_id: id, data: {} });
      const handlers = {};
      Object.assign(handlers, opened(commOf(id, handlers), data));
    } else if (type === "comm_msg") open.get(id)?.message?.(data);
    else {
      const handlers = open.get(id);
      open.delete(id);
      handlers?.closed?.();
    }
  }

  // Front ends that connect anew ask which comms there are.
  server.prototype.handleCommInfoRequest = function (socket, message) {
    if (open.size === 0) return handleCommInfoRequest.call(this, socket, message);
    const reply = message.createReply();
    reply.header.msg_type = "comm_info_reply";
    const comms = Object.fromEntries([...open.keys()].map((id) => [id, { target_name: "jupyter.widget" }]));
    reply.content = { status: "ok", comms };
    reply.signAndSend(this.connInfo.key, socket);
  };
}

const delimiter = "<IDS|MSG>";

/**
 * The message in the frames of a request, as tslab makes its own; null for all but comms.
 * @throws Error for a signature that is not the key's.
 */
function commMessage(frames, key, prototype) {
  const at = frames.findIndex((frame) => frame.toString() === delimiter);
  const header = at < 0 ? null : JSON.parse(frames[at + 2].toString());
  if (!/^comm_(open|msg|close)$/.test(header?.msg_type)) return null;
  const parts = frames.slice(at + 2);
  const signature = createHmac("sha256", key);
  for (const part of parts) signature.update(part);
  if (signature.digest("hex") !== frames[at + 1].toString())
    throw new Error("comm: the signature of a message is not the key's.");
  const [, parent, metadata, content] = parts.slice(0, 4).map((part) => JSON.parse(part.toString()));
  const identity = frames.slice(0, at);
  return Object.assign(Object.create(prototype), {
    identity,
    hmac: "",
    header,
    parent,
    metadata,
    content,
    extra: [],
  });
}
