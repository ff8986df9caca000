"""A DSPy program that answers with the exported prompt."""

import json
import os
from pathlib import Path

import dspy
from sorting_dspy import MODEL, tuned

address = {"api_base": os.environ["JOURNEY_URL"], "api_key": os.environ["JOURNEY_KEY"]}
dspy.configure(lm=dspy.LM(f"openai/{MODEL}", **address))

for line in Path("new.jsonl").read_text(encoding="utf-8").splitlines():
    text = json.loads(line)["input"]
    print(json.dumps(tuned(input=text).answer))
