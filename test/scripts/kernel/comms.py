"""Uses comms of a real kernel as a front end does, and prints what came back as JSON.

usage: comms.py PROJECT
A cell makes a slider and an explorer; while a second cell waits, the slider is moved, a button pressed and an architecture
used in the page; the second cell prints what it then sees.
"""
import json
import os
import re
import sys
import time

from jupyter_client.manager import KernelManager

project = sys.argv[1]
os.environ["JUPYTER_PATH"] = os.path.join(project, "jupyter")
manager = KernelManager(kernel_name="tslab")
manager.start_kernel(cwd=os.path.join(project, "notebooks"))
client = manager.client()
client.start_channels()

SETUP = """
import * as bars from "bars";
const k = bars.slider("k", { min: 1, max: 4, value: 2 });
const again = bars.button("again");
const record = bars.records.storedSearches("search-cured-seed0")["search-cured-seed0"];
const picked = bars.explore(record);
console.log("ready", picked.code);
"""
WAIT = """
const before = k.value;
for (let i = 0; i < 100 && !(k.value === 3 && again.value === 1 && picked.code.includes("top_k")); i++)
  await new Promise((done) => setTimeout(done, 100));
console.log(JSON.stringify([before, k.value, again.value, picked.code, picked.genotype.cells.flat().length]));
"""


def outputs_of(request, seconds=120, until_idle=True):
    """Messages of the iopub channel until the request's cell has ended."""
    ends = time.time() + seconds
    while time.time() < ends:
        message = client.get_iopub_msg(timeout=seconds)
        yield message
        own = message["parent_header"].get("msg_id") == request
        if own and message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return


def comm(kind, content):
    message = client.session.msg(kind, content)
    client.shell_channel.send(message)
    return message["header"]["msg_id"]


done = False
try:
    client.wait_for_ready(timeout=90)
    opened, html, said = [], "", []
    for message in outputs_of(client.execute(SETUP)):
        content = message["content"]
        if message["msg_type"] == "comm_open":
            opened.append({"id": content["comm_id"], "target": content["target_name"], "state": content["data"]["state"], "metadata": message["metadata"]})
        if message["msg_type"] == "display_data":
            html += "".join(content["data"].get("text/html", ""))
        if message["msg_type"] == "stream":
            said.append(content["text"])
    by_model = {one["state"]["_model_name"]: one for one in opened}
    page = re.search(r'id="(bars-explore-[0-9a-f]+)"', html).group(1)

    second = client.execute(WAIT)
    time.sleep(1)
    unknown = comm("comm_open", {"comm_id": "0" * 32, "target_name": "nobody", "data": {}})
    comm("comm_msg", {"comm_id": by_model["FloatSliderModel"]["id"], "data": {"method": "update", "state": {"value": 3}, "buffer_paths": []}})
    comm("comm_msg", {"comm_id": by_model["ButtonModel"]["id"], "data": {"method": "custom", "content": {"event": "click"}}})
    settings = {"search": 0, "place": 2, "rule": "top_k", "shared": {}, "own": {"top_k": {"k": 1}}, "seed": 0}
    comm("comm_msg", {"comm_id": by_model["AnyModel"]["id"], "data": {"method": "custom", "content": {"page": page, "kind": "use", "settings": settings}}})
    comm("comm_msg", {"comm_id": by_model["AnyModel"]["id"], "data": {"method": "custom", "content": {"page": page, "kind": "use", "settings": {"search": 9}}}})
    echoes, closed, result, errors = [], [], [], []
    for message in outputs_of(second):
        content = message["content"]
        if message["msg_type"] == "comm_msg":
            echoes.append([content["data"]["method"], not result])
        if message["msg_type"] == "comm_close":
            closed.append([content["comm_id"], message["parent_header"].get("msg_id") == unknown])
        if message["msg_type"] == "stream":
            (errors if content["name"] == "stderr" else result).append(content["text"])
    reply = client.comm_info(reply=True, timeout=30)["content"]
    print(json.dumps({
        "said": "".join(said),
        "models": sorted(by_model),
        "versions": sorted({one["metadata"].get("version") for one in opened}),
        "targets": sorted({one["target"] for one in opened}),
        "echoes": echoes,
        "closed": closed,
        "result": "".join(result),
        "errors": "".join(errors),
        "listed": by_model["AnyModel"]["id"] in reply["comms"],
    }))
    done = True
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    # Interpreters without this leave messages about sockets that were still open.
    sys.stdout.flush()
    os._exit(0 if done else 1)
