"""Whole runs whose instructions an endpoint embeds: once each, billed, and kept over every stop."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from encoder_runs import (
    QUESTION,
    Whole,
    asked_by,
    embeddings_in,
    encoder_tables,
    final,
    run_hurried,
    texts_of,
)
from mock_faults import FAULTS, replying
from mock_plans import healthy, since
from mock_received import Fault, Received
from mock_server import MockEndpoint, serving
from no_pauses import stop_pausing
from tiny_run import OWNERS, put, rows, tiny_prepared

from fedbbpt.errors import BudgetError, ConfigError, EndpointError
from fedbbpt.experiment.answering.mixes import mixes_of
from fedbbpt.experiment.compare.comparing import compare
from fedbbpt.experiment.compare.plan import Question, plan_of
from fedbbpt.work.embedding_texts import STAND_IN


@pytest.fixture(scope="module")
def served() -> Iterator[MockEndpoint]:
    with serving(MockEndpoint()) as server:
        yield server


@pytest.fixture
def server(served: MockEndpoint) -> MockEndpoint:
    served.plan(healthy)
    served.bills.clear()
    return served


@pytest.fixture(scope="module")
def whole(served: MockEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    served.bills.clear()
    return Whole(run_hurried(folder, encoder_tables(served)), folder / "run", Counter(served.bills))


def test_every_instruction_is_asked_for_once_and_settled_as_it_was_billed(whole: Whole) -> None:
    texts, cost = texts_of(whole.bills), asked_by(whole.done)
    bank = whole.done.results.bank

    assert bank is not None
    assert bank.joined >= 1
    assert set(texts.values()) == {1}
    assert {one.text for one in bank.texts if one.text} <= texts.keys()
    assert {QUESTION, STAND_IN} <= texts.keys()  # the start has no instruction
    assert cost.calls == len(texts)
    assert cost.nanodollars == 150 * cost.prompt_tokens > 0
    assert (cost.failed, cost.possibly_billed, cost.unpriced) == (0, 0, 0)


def test_no_example_of_an_owner_is_embedded(whole: Whole) -> None:
    sent = b"".join(whole.bills).decode()

    assert not [row["input"] for owner in OWNERS for row in rows(owner) if row["input"] in sent]


def test_the_key_of_the_encoder_is_sent_to_it_and_kept_nowhere(
    server: MockEndpoint, tmp_path: Path
) -> None:
    given = encoder_tables(server, caps={"calls": 30})
    keyed = put(given, "encoder.endpoint.key_env", "EMBEDDING_KEY")

    with pytest.raises(BudgetError):
        run_hurried(tmp_path, keyed, EMBEDDING_KEY="canary-key")

    assert server.headers[-1]["Authorization"] == "Bearer canary-key"
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in left if b"canary-key" in path.read_bytes()]


def test_a_finished_run_is_read_and_embeds_nothing(
    server: MockEndpoint, whole: Whole, tmp_path: Path
) -> None:
    before, given = final(whole.folder), encoder_tables(server)

    again = run_hurried(whole.folder.parent, given)

    assert final(whole.folder) == before
    assert asked_by(again).hits >= 6
    assert not server.bills
    assert not (tmp_path / "run").exists()


def test_a_run_that_was_stopped_anywhere_ends_with_the_same_bytes_and_embeds_nothing_twice(
    server: MockEndpoint, whole: Whole, tmp_path: Path
) -> None:
    for calls in (3, 30, 110, 150):
        with pytest.raises(BudgetError):
            run_hurried(tmp_path, encoder_tables(server, caps={"calls": calls}))
    run_hurried(tmp_path, encoder_tables(server))

    assert final(tmp_path / "run") == final(whole.folder)
    assert embeddings_in(tmp_path / "run").keys() == embeddings_in(whole.folder).keys()
    told = texts_of(server.bills)
    assert told.pop(QUESTION) == 3  # in each process that had anything else to ask
    assert set(told.values()) == {1}


def test_a_cap_on_tokens_that_embeddings_would_pass_stops_before_they_are_sent(
    server: MockEndpoint, tmp_path: Path
) -> None:
    with pytest.raises(BudgetError, match=r"\[caps\] tokens"):
        run_hurried(tmp_path, encoder_tables(server, caps={"tokens": 150}))

    assert set(texts_of(server.bills)) == {QUESTION}


BAD = (
    replying({"data": []}),
    replying({"data": [{"index": 1, "embedding": [1.0] * 32}]}),
    replying({"data": [{"index": 0, "embedding": [1.0, 2.0]}]}),
    replying({"data": [{"index": 0, "embedding": "AACAPw=="}]}),
    replying(b'{"data": [{"index": 0, "embedding": [NaN]}]}'),
    *(FAULTS[name] for name in ("429 with headers", "503", "truncated JSON", "wrong model")),
)


def test_whatever_comes_first_the_run_ends_with_the_same_bytes(
    server: MockEndpoint, whole: Whole, tmp_path: Path
) -> None:
    def once(received: Received) -> Fault | None:
        first_question = QUESTION.encode() in received.body  # its width is that of all others
        return (
            BAD[received.number % len(BAD)] if received.time == 1 and not first_question else None
        )

    server.plan(once)
    before = server.billed.nanodollars

    done = run_hurried(tmp_path, encoder_tables(server))

    assert final(tmp_path / "run") == final(whole.folder)
    cost, bill = asked_by(done), server.billed.nanodollars - before
    assert cost.failed == cost.calls - 1
    assert cost.nanodollars <= bill <= cost.nanodollars + cost.possibly_billed_nanodollars


def test_a_server_that_gives_no_embeddings_is_named_and_what_came_is_kept(
    server: MockEndpoint, whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_pausing(monkeypatch)
    server.plan(since(4, replying({"data": []})))

    with pytest.raises(EndpointError, match=r"no usable embedding for \d of 6 .*0 embeddings for"):
        run_hurried(tmp_path, encoder_tables(server))
    server.plan(healthy)
    run_hurried(tmp_path, encoder_tables(server))

    assert final(tmp_path / "run") == final(whole.folder)


def test_another_model_behind_the_name_is_found_out_before_its_embeddings_are_used(
    server: MockEndpoint, tmp_path: Path
) -> None:
    with pytest.raises(BudgetError):
        run_hurried(tmp_path, encoder_tables(server, caps={"calls": 3}))
    other = [(-1.0) ** place * place for place in range(32)]
    server.plan(since(1, replying({"data": [{"index": 0, "embedding": other}]})))

    with pytest.raises(EndpointError, match="another model answers here"):
        run_hurried(tmp_path, encoder_tables(server))

    assert len(embeddings_in(tmp_path / "run")) == 1


def test_a_space_wider_than_the_embeddings_is_refused_with_what_to_do(
    server: MockEndpoint, tmp_path: Path
) -> None:
    wide = put(encoder_tables(server), "space.dimensions", 40)

    with pytest.raises(ConfigError, match=r"40 are more than the 32 numbers .* lower them"):
        run_hurried(tmp_path, wide)


def test_owners_that_search_by_themselves_share_the_embeddings(
    server: MockEndpoint, tmp_path: Path
) -> None:
    local = {
        **encoder_tables(server),
        "recipe": "fedavg-bbt",
        "space": {"use": "embedding", "limit": 6, "dimensions": 3, "encoder": "endpoint"},
        "search": {"candidates": 6, "generations": 1, "rounds": 2, "requests": 400, "block": 8},
        "optimizer": {},
    }
    del local["proposer"]

    done = run_hurried(tmp_path, local)

    assert len(done.results.rounds) == 2
    assert set(texts_of(server.bills).values()) == {1}
    assert asked_by(done).calls == 7


def test_the_mixture_of_a_finished_run_asks_no_encoder(server: MockEndpoint, whole: Whole) -> None:
    prepared = tiny_prepared(
        whole.folder.parent, {**encoder_tables(server), "dir": str(whole.folder)}
    )

    mixes = mixes_of(prepared, "mixture")

    bank = whole.done.results.bank
    assert bank is not None
    shown = mixes.own[OWNERS[0]].mix.ingredients[0].prompt.text()
    assert bank.texts[0].text in shown
    assert not server.bills


def test_a_comparison_embeds_for_the_methods_that_want_it_and_once_for_all_seeds(
    server: MockEndpoint, tmp_path: Path
) -> None:
    prepared = tiny_prepared(tmp_path, encoder_tables(server))
    without = ("random", "hand-written", "random exemplars", "local only", "pooled")
    question = Question(prepared.run, ("halving", "instructzero-like"), (1, 2), without, False)

    plan = plan_of(question, {})
    asyncio.run(compare(plan, tmp_path / "compared", lambda _text: None))

    assert plan.opening.encoding is not None
    assert plan.contenders["halving"].prepared.encoding is None
    assert set(texts_of(server.bills).values()) == {1}
    assert len(server.bills) >= 6
