"""A researcher's notebook: a data set's test split, answered through the openai package."""

import json
import os

from datasets import load_from_disk
from openai import OpenAI
from sorting import ask, read

client = OpenAI(base_url=os.environ["JOURNEY_URL"], api_key=os.environ["JOURNEY_KEY"])

for row in load_from_disk("saved")["test"]:
    print(json.dumps(read(ask(client, row["text"]))))
