"""An app without any library that sends messages over HTTP and looks for a word in the reply."""

import json
import os
import re
from pathlib import Path
from urllib.request import Request, urlopen

exported = json.loads(Path("messages.json").read_text(encoding="utf-8"))
*turns, last = exported["messages"]
before, after = last["content"].split("{input}")
label_of_word = dict(zip(exported["words"], exported["labels"], strict=True))

for line in Path("new.jsonl").read_text(encoding="utf-8").splitlines():
    message = json.loads(line)["input"]
    body = {
        "model": "smollm2",
        "messages": [*turns, {"role": "user", "content": before + message + after}],
        **exported["settings"],
    }
    request = Request(
        f"{os.environ['JOURNEY_URL']}/chat/completions",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['JOURNEY_KEY']}",
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=120) as reply:
        text = json.load(reply)["choices"][0]["message"]["content"]
    said = {word for word in label_of_word if re.search(rf"\b{re.escape(word)}\b", text, re.I)}
    print(json.dumps(label_of_word[said.pop()] if len(said) == 1 else None))
