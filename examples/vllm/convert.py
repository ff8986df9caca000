"""Turn the packaged SmolLM2 GGUF into a model folder that vLLM can serve.

    python convert.py SmolLM2-135M-Instruct.Q4_1.gguf OUT_DIR

The weights are the dequantised ones of the file, so that the model is the one that `make demo` uses
up to rounding. It prints the standard deviation of the embedding table, which a run file states as
`embedding_std`.
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def convert(gguf: Path, folder: Path) -> float:
    """Write the model folder, and return the standard deviation of the embeddings."""
    where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    tokenizer = AutoTokenizer.from_pretrained(**where)
    model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    # The weights are plain numbers by now; only these notes of their former form are in the way.
    if "quantization_config" in model.config.to_dict():
        del model.config.quantization_config
    model.hf_quantizer = None
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return float(model.get_input_embeddings().weight.std())


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gguf", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    scale = convert(arguments.gguf.resolve(), arguments.folder)
    print(f"embedding_std = {scale:.4f}")


if __name__ == "__main__":
    main()
