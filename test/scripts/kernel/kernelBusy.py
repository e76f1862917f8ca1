"""Runs two cells in a real kernel, asks it other things meanwhile, and prints the states it published as JSON.

usage: kernelBusy.py PROJECT FIRST SECOND
FIRST and SECOND are sent together, as "Run all" does; requests of four other kinds follow while FIRST runs. Each is
printed with whether its answer came while FIRST ran; the states come in order as [name of the request, state].
"""
import json
import os
import queue
import sys
import time

from jupyter_client.manager import KernelManager

project, first, second = sys.argv[1:4]
os.environ["JUPYTER_PATH"] = os.path.join(project, "jupyter")
manager = KernelManager(kernel_name="tslab")
manager.start_kernel(cwd=os.path.join(project, "notebooks"))
client = manager.client()
client.start_channels()


def answer(request, seconds=30):
    """The reply to a request; replies to cells that come meanwhile are kept."""
    ends = time.time() + seconds
    while time.time() < ends:
        message = client.get_shell_msg(timeout=seconds)
        ended.append(message["parent_header"]["msg_id"])
        if message["parent_header"]["msg_id"] == request:
            return message
    raise SystemExit("no answer")


def quiet():
    """Takes what is still on its way from before."""
    try:
        while True:
            client.get_iopub_msg(timeout=0.5)
    except queue.Empty:
        pass


ended = []
done = False
try:
    client.wait_for_ready(timeout=90)
    # Compiling the first cell takes seconds in which nothing is answered.
    answer(client.execute("0;"))
    quiet()
    names = {client.execute(first): "first", client.execute(second): "second"}
    cells = list(names)
    time.sleep(0.5)
    asked = {}
    for kind, request in {
        "kernel_info": lambda: client.kernel_info(),
        "comm_info": lambda: client.comm_info(),
        "complete": lambda: client.complete("con"),
        "is_complete": lambda: client.is_complete("1 +"),
    }.items():
        identity = request()
        names[identity] = kind
        reply = answer(identity)
        asked[kind] = {"type": reply["header"]["msg_type"], "meanwhile": cells[0] not in ended}
    states = []
    ends = time.time() + 60
    while time.time() < ends and ["second", "idle"] not in states:
        message = client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "status":
            name = names.get(message["parent_header"].get("msg_id"), "other")
            states.append([name, message["content"]["execution_state"]])
    print(json.dumps({"asked": asked, "states": states}))
    done = True
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    # Interpreters without this leave messages about sockets that were still open.
    sys.stdout.flush()
    os._exit(0 if done else 1)
