"""What the page about endpoints and the client folders show is taken as it stands."""

import re
import tomllib
from pathlib import Path

import pytest

from fedbbpt.chat_form import ChatForm
from fedbbpt.config.endpoints import connector
from fedbbpt.config.owner_tables import owner_sections
from fedbbpt.config.sections import Table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "endpoints.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
CLIENTS = sorted((ROOT / "clients").glob("*/client.toml"))
KEYS = dict.fromkeys(["AZURE_OPENAI_KEY", "API_KEY", "OUR_KEY", "WARD_API_KEY"], "sk-canary")


def shown(use: str) -> list[Table]:
    tables = [tomllib.loads(block)["endpoint"] for block in BLOCKS]
    return [table for table in tables if table["use"] == use]


@pytest.mark.parametrize("table", shown("openai"), ids=lambda table: str(table["model"]))
def test_a_block_of_the_page_is_an_endpoint(table: Table) -> None:
    authority = (
        {"ca": str(Path(__file__).parent / "tls" / "authority.pem")} if "ca" in table else {}
    )

    profile = connector({**table, **authority}, "endpoint", KEYS).profile()

    assert str(table["url"]) in profile.destination
    assert profile.form.payload().keys() == ChatForm.__slots__ & table.keys()


def test_the_page_shows_every_setting_that_a_server_may_need() -> None:
    settings = {name for use in ("openai", "vllm") for table in shown(use) for name in table}

    odd = {"query", "key_header", "proxy", "ca", *ChatForm.__slots__}
    assert odd <= settings
    assert len(BLOCKS) == sum(len(shown(use)) for use in ("openai", "openai_sdk", "vllm"))


@pytest.mark.parametrize("path", CLIENTS, ids=lambda path: path.parent.name)
def test_a_client_folder_holds_an_owner_and_stands_in_the_table(path: Path) -> None:
    (owner,) = owner_sections([{"name": "a", "file": str(path)}], ROOT, ())
    readme = (ROOT / "clients" / "README.md").read_text(encoding="utf-8")

    made = connector(owner.endpoint, "endpoint", KEYS)

    assert made.profile().model if owner.endpoint["use"] != "embedded" else made
    assert Path(owner.data).is_file()
    assert f"| `{path.parent.name}/` |" in readme
