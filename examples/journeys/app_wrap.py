"""An app on the openai package, with a prompt of its own, that changed one line."""

import json
import os
from pathlib import Path

from openai import OpenAI

import fedbbpt

tuned = fedbbpt.TunedPrompt.load("runs/by_department/owners/it.json")
client = fedbbpt.wrap(
    OpenAI(base_url=os.environ["JOURNEY_URL"], api_key=os.environ["JOURNEY_KEY"]), tuned
)

for line in Path("new.jsonl").read_text(encoding="utf-8").splitlines():
    reply = client.chat.completions.create(
        model="smollm2",
        messages=[
            {"role": "system", "content": "You are a help desk. Is this a complaint or praise?"},
            {"role": "user", "content": json.loads(line)["input"]},
        ],
    )
    print(json.dumps(client.read(reply).label))
