# A LangChain app, tuned from Python. From README.md, "Your own data", and docs/export.md.
python - <<'PYTHON'
import os

import fedbbpt

result = fedbbpt.optimize(
    {
        "recipe": "halving",
        "task": {"name": "langchain", "topic": "intention", "labels": ["complaint", "praise"]},
        "prompt": {"user": "Is this message a complaint or praise?\n\n{input}\n\nAnswer:"},
        "owner": [{"name": name, "data": f"{name}.jsonl"} for name in ("it", "people")],
        "endpoint": {
            "use": "openai",
            "url": os.environ["JOURNEY_URL"],
            "model": "smollm2",
            "key_env": "JOURNEY_KEY",
        },
        "optimizer": {"use": "halving", "candidates": 6},
        "search": {"requests": 120},
        "scoring": {"calibration_examples": 16},
        "roles": {"train": 16, "dev": 10, "test": 14},
        "caps": {"calls": 400},
        "simulation": {},
    }
)
print(result.tuned.prompt.text())
PYTHON
fedbbpt export runs/langchain --owner it --as langchain --out sorting_langchain.py
app
measured runs/langchain/owners/it.json
