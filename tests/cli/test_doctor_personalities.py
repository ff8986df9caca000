"""``fedbbpt doctor`` about servers of every kind that strangers run, played on loopback."""

import json
import tomllib
from pathlib import Path
from typing import Any

from doctor_answers import KEY, doctor, report
from personalities import HIDDEN, Azure, BaseModel, LlamaCpp, Ollama, Reasoner, Vllm
from played_endpoint import Play, playing
from run_files import ask, write_run

from fedbbpt.config.endpoints import connector
from fedbbpt.diagnosis.examination import MOST_CALLS
from fedbbpt.diagnosis.thinking import ROOM

NO_WAIT = ("--wait", "0")


def spaced(text: str) -> str:
    return " ".join(text.split())


def settings_of(stdout: str, **environment: str) -> dict[str, Any]:
    """Return the recommended endpoint table, after a run's own check of it."""
    tables = tomllib.loads(stdout.split("Recommended:")[1])
    connector(tables["endpoint"], "endpoint", environment).profile()
    return dict(tables["endpoint"])


def test_vllm_with_embeddings_is_the_highest_tier_and_proved_to_be(tmp_path: Path) -> None:
    with playing(Vllm()) as play:
        said = doctor(tmp_path, play.url)
        found = report(doctor(tmp_path, play.url, "--json"))

    assert found["tier"] == "T3"
    assert (found["soft"]["state"], found["soft"]["width"]) == ("taken", HIDDEN)
    assert found["soft"]["difference"] > 0.01
    assert found["exact"]["ways"] == ["logprob_token_ids"]
    assert found["calls"] <= MOST_CALLS
    assert f"width 8 is refused, the model's is {HIDDEN}" in spaced(said.stdout)
    assert "prompt_logprobs" not in json.dumps(play.asked)


def test_vllm_without_embeddings_names_its_own_switch(tmp_path: Path) -> None:
    with playing(Vllm(embeds=False)) as play:
        said = doctor(tmp_path, play.url)

    assert "T2: log-probabilities of any token, by its id" in spaced(said.stdout)
    assert "start it with --enable-prompt-embeds" in spaced(said.stdout)
    assert "system role a turn of its own" in spaced(said.stdout)


def test_llama_cpp_has_exact_labels_by_force_and_reports_its_prefix_cache(tmp_path: Path) -> None:
    with playing(LlamaCpp()) as play:
        found = report(doctor(tmp_path, play.url, "--json"))

    assert found["tier"] == "T2"
    assert found["exact"]["ways"] == ["logit_bias", "post_sampling_probs"]
    assert found["soft"]["state"] == "unknown"
    assert found["alternatives"]["accepted"] == 200
    assert found["prefix_cache"]["reported"] > 100
    assert found["prefix_cache"]["reported"] < found["prefix_cache"]["tokens"]


def test_a_server_that_answers_a_tensor_of_the_wrong_width_does_not_read_it(tmp_path: Path) -> None:
    with playing(Play()) as play:
        found = report(doctor(tmp_path, play.url, "--json"))

    assert found["soft"]["state"] == "ignored"
    assert found["tier"] == "T1"
    assert found["exact"] == {"tokenizer": False, "ways": [], "refused": ""}


def test_ollama_is_told_not_to_think_and_read_as_text(tmp_path: Path) -> None:
    with playing(Ollama()) as play:
        said = doctor(tmp_path, play.url)

    table = settings_of(said.stdout)
    assert said.exit_code == 0
    assert table["extra_body"] == {"reasoning_effort": "none"}
    assert "reasoning_tokens" not in table
    assert "T0: text only" in spaced(said.stdout)
    assert "log-probabilities are ignored" in spaced(said.stdout)


def test_a_hosted_reasoning_model_is_given_room_and_the_lines_to_write(tmp_path: Path) -> None:
    with playing(Reasoner()) as play:
        said = doctor(tmp_path, play.url)

    table = settings_of(said.stdout)
    assert said.exit_code == 0
    assert table["token_limit"] == "max_completion_tokens"
    assert table["temperature"] is False
    assert table["reasoning_tokens"] == ROOM
    assert table["top_logprobs"] == 0
    assert "every reply is then a draw" in spaced(said.stdout)
    assert "the first token belongs to the thinking" in spaced(said.stdout)
    assert len(play.asked) <= MOST_CALLS


def test_a_run_file_with_the_lines_that_were_missing_is_fit(tmp_path: Path) -> None:
    with playing(Reasoner()) as play:
        endpoint = {"use": "openai", "url": play.url, "model": "small", "top_logprobs": 0}
        write_run(tmp_path, endpoint=endpoint, scoring={"read": "generate"})
        before = ask(tmp_path, "doctor", "run.toml")
        needed = {"token_limit": "max_completion_tokens", "temperature": False}
        endpoint |= {**needed, "reasoning_tokens": ROOM}
        write_run(tmp_path, endpoint=endpoint, scoring={"read": "generate"})
        after = ask(tmp_path, "doctor", "run.toml")

    assert before.exit_code == 1
    assert 'write token_limit = "max_completion_tokens" and temperature = false' in before.stderr
    assert f"and reasoning_tokens = {ROOM}" in before.stderr
    assert after.exit_code == 0, after.output
    assert "takes requests as a run sends them" in spaced(after.stdout)


def test_an_azure_deployment_is_named_by_the_address_that_its_page_shows(tmp_path: Path) -> None:
    with playing(Azure(key=KEY)) as play:
        url = play.url.replace("/v1", "/openai/deployments/small?api-version=2024-10-21")
        words = ("--key-env", "OUR_KEY", "--key-header", "api-key")
        said = doctor(tmp_path, url, *words, env={"OUR_KEY": KEY})

    table = settings_of(said.stdout, OUR_KEY=KEY)
    assert said.exit_code == 0, said.output
    assert table["query"] == {"api-version": "2024-10-21"}
    assert table["key_header"] == "api-key"
    assert KEY not in said.output


def test_a_base_model_has_no_template_no_system_role_and_spaces_before_words(
    tmp_path: Path,
) -> None:
    with playing(BaseModel()) as play:
        said = doctor(tmp_path, play.url)

    assert "none seen: one word is 2 prompt tokens" in spaced(said.stdout)
    assert "first words come with a space" in spaced(said.stdout)
    assert "system role refused" in spaced(said.stdout)
    assert "System role not supported" in spaced(said.stdout)


def test_a_loading_server_is_waited_for(tmp_path: Path) -> None:
    with playing(Play(loading=1)) as play:
        said = doctor(tmp_path, play.url, "--wait", "1.5")

    assert said.exit_code == 0
    assert "it is loading (503); asked again for up to 1.5 s" in spaced(said.stdout)
    assert "waited 1 s while it was loading" in spaced(said.stdout)


def test_a_server_that_loads_for_longer_than_patience_is_not_usable(tmp_path: Path) -> None:
    with playing(Play(loading=99)) as play:
        said = doctor(tmp_path, play.url, "--wait", "0.1")
        at_once = doctor(tmp_path, play.url, *NO_WAIT)

    assert said.exit_code == at_once.exit_code == 1
    assert "no usable reply (loading) after 0.1 s of waiting" in said.stderr
    assert "no usable reply (loading); check" in at_once.stderr
    assert len(play.asked) == 2 + 1


def test_the_tokens_said_before_are_more_than_those_used(tmp_path: Path) -> None:
    with playing(LlamaCpp()) as play:
        said = doctor(tmp_path, play.url, "--dry-run", "--json")
        doctor(tmp_path, play.url)

    plan = json.loads(said.stdout)
    used = sum(len(json.dumps(body["messages"])) // 4 + body["max_tokens"] for body in play.asked)
    assert used <= plan["tokens_at_most"] < 20_000
    assert plan["tokens_at_most_thinking"] > plan["tokens_at_most"]
