"""Runs cells in a real kernel through jupyter_client and interrupts one of them; prints JSON.

usage: kernelInterrupt.py PROJECT FOLDER FIRST SEARCH LAST
Runs FIRST, then SEARCH, which is interrupted when it has saved its first epoch, then SEARCH again to its end, and LAST after
each of the two.
"""
import json
import os
import sys
import time

from jupyter_client.manager import KernelManager

project, folder, first, search, last = sys.argv[1:6]
os.environ["JUPYTER_PATH"] = os.path.join(project, "jupyter")
manager = KernelManager(kernel_name="tslab")
manager.start_kernel(cwd=os.path.join(project, "notebooks"), env=dict(os.environ, BARS_RUN=folder))
client = manager.client()
client.start_channels()


checkpoint = os.path.join(folder, "checkpoint.safetensors")


def run(code, interrupt=False, seconds=200):
    """Executes a cell; gives its texts, how often displays appeared and changed, and the largest display in bytes."""
    request = client.execute(code)
    result = {"text": "", "shown": 0, "changed": 0, "bytes": 0, "display": ""}
    ends = time.time() + seconds
    idle = False
    while time.time() < ends:
        if interrupt and os.path.exists(checkpoint):
            manager.interrupt_kernel()
            interrupt = False
        try:
            message = client.get_iopub_msg(timeout=0.05 if interrupt else 1)
        except Exception:
            # The kernel's text comes by another way than its state, sometimes after it.
            if idle:
                return result
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            result["text"] += content["text"]
        if kind in ("display_data", "update_display_data"):
            result["shown" if kind == "display_data" else "changed"] += 1
            result["bytes"] = max(result["bytes"], len(json.dumps(content["data"])))
            result["display"] = content["data"].get("text/plain", "")
        if kind == "status" and content["execution_state"] == "idle":
            idle = True
    raise SystemExit("a cell took longer than %s s: %s" % (seconds, result))


try:
    client.wait_for_ready(timeout=90)
    results = [run(first), run(search, interrupt=True)]
    # The cell has ended, the search still does its step and saves.
    for _ in range(200):
        between = run(last)
        if between["text"].startswith(("interrupted", "finished")):
            break
        time.sleep(0.5)
    results += [between, run(search), run(last)]
    print(json.dumps(results))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    # Interpreters without this leave messages about sockets that were still open.
    sys.stdout.flush()
    os._exit(0 if "results" in globals() and len(results) == 5 else 1)
