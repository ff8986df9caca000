#!/bin/sh
# Serve a GGUF file on loopback: clients/llama-cpp/start.sh PATH_TO_GGUF
set -eu
# A connection kept alive holds a thread: with few of them requests wait for seconds.
exec llama-server --model "$1" --host 127.0.0.1 --port 8080 --alias local-model \
    --parallel 1 --ctx-size 4096 --threads-http 64
