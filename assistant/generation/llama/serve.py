"""The process that runs llama.cpp's server: `serve.py SETTINGS`, a JSON object of `Settings` in local_server.py.

Run by `assistant/dialogue/child.py`, so it is gone when the assistant is. It imports nothing of the assistant: it is to
be small, and a crash in it is its own.
"""

import json
import os
import sys
import threading
from typing import Any

NICENESS = 5  # recognition and the voice come first


def main() -> None:
    settings: dict[str, Any] = json.loads(sys.argv[1])
    os.nice(NICENESS)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings["path"]
    params.model_alias = {settings["alias"]}
    params.hostnames = ["127.0.0.1"]
    params.port = settings["port"]
    params.api_keys = [settings["key"]]
    params.n_ctx = settings["context_tokens"]
    params.n_parallel = settings["parallel"]
    params.kv_unified = True  # one conversation may use the whole context while it is alone
    params.n_gpu_layers = settings["gpu_layers"]
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    params.sampling.temp = settings["temperature"]
    params.sleep_idle_seconds = settings["idle_unload_s"] or -1
    params.use_jinja = True  # the model's own template, which tools need
    params.enable_reasoning = 0  # somebody waits for the first words
    params.offline = True
    params.cache_ram_mib = settings["cache_mib"]
    params.endpoint_slots = False  # it would show what others ask
    params.endpoint_props = False
    params.ui = False
    server = xllamacpp.Server(params)
    print(f"listening at {server.listening_address}", flush=True)
    threading.Event().wait()  # until a signal


if __name__ == "__main__":
    main()
