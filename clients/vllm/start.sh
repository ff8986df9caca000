#!/bin/sh
# Serve a model folder on loopback: clients/vllm/start.sh PATH_TO_MODEL
set -eu
exec vllm serve "$1" --host 127.0.0.1 --port 8000 --served-model-name local-model
