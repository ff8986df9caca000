"""One client that asks the mock endpoint many questions, in a process of its own: what it got.

Reads a job as JSON from its command line, and prints texts by question, null for what was lost. It
needs nothing but the standard library and the client, which lives in an environment of its own.
"""

import asyncio
import concurrent.futures
import importlib
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

TIMEOUT_SECONDS = 2.0
WORKERS = 64
Job = Mapping[str, Any]


async def openai(job: Job) -> list[str | None]:
    """The vendor's client as its documentation shows it, with its own two retries."""
    library = importlib.import_module("openai")
    left = iter(enumerate(job["prompts"]))
    texts: list[str | None] = [None] * len(job["prompts"])
    async with library.AsyncOpenAI(
        base_url=job["url"], api_key="k", timeout=TIMEOUT_SECONDS
    ) as client:

        async def work() -> None:
            for number, prompt in left:
                try:
                    reply = await client.chat.completions.create(
                        model="small",
                        messages=[{"role": "user", "content": prompt}],
                        max_tokens=1,
                        temperature=0.0,
                        logprobs=True,
                        top_logprobs=5,
                    )
                    texts[number] = reply.choices[0].message.content
                except (library.OpenAIError, ValueError, LookupError, TypeError, AttributeError):
                    continue

        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(work())
    return texts


async def dspy(job: Job) -> list[str | None]:
    """DSPy's language model with its own retries, in threads."""
    library = importlib.import_module("dspy")
    errors = importlib.import_module("dspy.utils.exceptions")
    model = library.LM(
        "openai/small",
        api_base=job["url"],
        api_key="k",
        cache=False,
        max_tokens=1,
        temperature=0.0,
        timeout=TIMEOUT_SECONDS,
    )

    def one(prompt: str) -> str | None:
        try:
            said = model(prompt)[0]
        except (errors.DSPyError, ValueError, LookupError, TypeError, AttributeError):
            return None
        text = said["text"] if isinstance(said, dict) else said
        return text if isinstance(text, str) else None

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, job["prompts"]))


CLIENTS: Mapping[str, Callable[[Job], Coroutine[Any, Any, list[str | None]]]] = {
    "openai": openai,
    "dspy": dspy,
}


def main() -> None:
    job = json.loads(sys.argv[1])
    texts = asyncio.run(CLIENTS[job["client"]](job))
    sys.stdout.write("\n" + json.dumps(texts))


if __name__ == "__main__":
    main()
