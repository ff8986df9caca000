"""A LangChain app whose chain holds the exported prompt."""

import json
import os
from pathlib import Path

from langchain_openai import ChatOpenAI
from sorting_langchain import MODEL, SETTINGS, prompt, read

model = ChatOpenAI(
    model=MODEL, base_url=os.environ["JOURNEY_URL"], api_key=os.environ["JOURNEY_KEY"]
)
chain = prompt | model.bind(**SETTINGS) | read

for line in Path("new.jsonl").read_text(encoding="utf-8").splitlines():
    text = json.loads(line)["input"]
    print(json.dumps(chain.invoke({"input": text})))
