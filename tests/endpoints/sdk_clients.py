"""Clients of the ``openai`` package, as a user's own module would make them."""

import os

import openai

KEY = "sk-canary-4711"
NOTHING = "http://127.0.0.1:9/v1"
ADDRESS = "FEDBBPT_TEST_ADDRESS"


def make_client() -> openai.AsyncOpenAI:
    # Over plain http there is nothing to verify, and reading the trust store takes 0.1 s.
    plain = openai.DefaultAsyncHttpxClient(verify=False)
    return openai.AsyncOpenAI(
        base_url=os.environ.get(ADDRESS, NOTHING), api_key=KEY, http_client=plain
    )


def make_verifying_client() -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=os.environ.get(ADDRESS, NOTHING), api_key=KEY)


def make_azure_client() -> openai.AsyncAzureOpenAI:
    return openai.AsyncAzureOpenAI(
        azure_endpoint=os.environ.get(ADDRESS, NOTHING).removesuffix("/v1"),
        api_key=KEY,
        api_version="2024-10-21",
        http_client=openai.DefaultAsyncHttpxClient(verify=False),
    )


def make_sync_client() -> openai.OpenAI:
    return openai.OpenAI(base_url=NOTHING, api_key=KEY)


def make_client_without_a_key() -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=NOTHING)


def make_client_over_plain_http() -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url="http://api.example/v1", api_key=KEY)
