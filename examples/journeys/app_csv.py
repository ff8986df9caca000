"""An app with the openai package alone: no fedbbpt in its environment."""

import json
import os
from pathlib import Path

from openai import OpenAI
from sorting import ask, read

client = OpenAI(base_url=os.environ["JOURNEY_URL"], api_key=os.environ["JOURNEY_KEY"])

for line in Path("new.jsonl").read_text(encoding="utf-8").splitlines():
    message = json.loads(line)["input"]
    print(json.dumps(read(ask(client, message))))
