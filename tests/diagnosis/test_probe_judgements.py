"""What replies to probes are taken to mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.chat_form import ChatForm
from fedbbpt.completions import Completion, Request, TokenLogprob
from fedbbpt.diagnosis.alternatives import LADDER, MOST_PROBES, judge_alternatives, next_count
from fedbbpt.diagnosis.asking import asker_over
from fedbbpt.diagnosis.noise import judge_noise
from fedbbpt.diagnosis.pace import Pace, best_concurrency, judge_pace
from fedbbpt.diagnosis.probes import Probe, Reply, adapted
from fedbbpt.diagnosis.seeding import judge_seed
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.endpoints.wire.naming import judge_name
from fedbbpt.errors import EndpointError


def reply(text: str = "yes", *logprobs: float) -> Reply:
    first = tuple(TokenLogprob(f"t{rank}", value) for rank, value in enumerate(logprobs))
    return Reply(0.1, 200, Completion(text, first=first))


def refusal(status: int = 400, reason: str = "no") -> Reply:
    return Reply(0.1, status, reason=reason)


@given(st.integers(0, 250))
def test_the_largest_accepted_number_is_found_within_the_promised_probes(limit: int) -> None:
    replies: dict[int, Reply] = {}

    while (count := next_count(replies)) is not None:
        replies[count] = reply("yes", *[-1.0] * count) if count <= limit else refusal()

    found = judge_alternatives(replies)
    assert len(replies) <= MOST_PROBES
    assert found.accepted == max([step for step in LADDER if step <= limit], default=0)
    assert found.refused == min([step for step in LADDER if step > limit], default=None)


def test_a_server_that_gives_fewer_than_asked_for_is_not_asked_for_more() -> None:
    replies = {20: reply("yes", -1.0, -2.0)}

    found = judge_alternatives(replies)

    assert next_count(replies) is None
    assert (found.accepted, found.given, found.refused) == (20, 2, None)


@pytest.mark.parametrize("status", [0, 429, 503])
def test_a_lost_reply_is_no_refusal_of_alternatives(status: int) -> None:
    replies = {20: reply("yes", *[-1.0] * 20), 100: refusal(status)}

    assert next_count(replies) is None
    assert judge_alternatives(replies).refused is None


@pytest.mark.parametrize(
    ("asked", "named", "judged"),
    [
        ("gpt-x", "gpt-x-2025-01-01", "dated"),
        ("gpt-x", "gpt-x-20250101", "dated"),
        ("gpt-x", "gpt-x-0613", "dated"),
        ("gpt-x", "gpt-x-32k", "another"),
        ("gpt-x", "gpt-x-002", "dated"),
        ("gpt-x-latest", "gpt-x-2411", "dated"),
        ("gpt-x-latest", "gpt-y-2411", "another"),
        ("gpt-x-2025-01-01", "gpt-x", "another"),
        ("models/Small.gguf", "small", "same"),
        ("small", " ", "unsaid"),
    ],
)
def test_names_are_judged(asked: str, named: str, judged: str) -> None:
    assert judge_name(asked, named) == judged


def test_a_refusal_changes_only_what_it_names_of_the_form() -> None:
    plain = ChatForm()

    limit = adapted(plain, refusal(reason="use 'max_completion_tokens' instead of 'max_tokens'"))
    temperature = adapted(plain, refusal(422, "Temperature 0 is unsupported"))

    assert limit == ChatForm("max_completion_tokens")
    assert temperature == ChatForm(temperature=False)
    assert adapted(plain, refusal(reason="the context is too long")) is None
    assert adapted(plain, refusal(429, "temperature")) is None
    assert adapted(plain, reply()) is None


def test_noise_is_the_largest_difference_of_what_both_sides_name() -> None:
    alone = [reply("a", -1.0, -3.0), reply("a", -1.0)]
    together = [reply("b", -1.25, -2.0, -9.0), refusal(0)]

    noise = judge_noise(alone, together)

    assert (noise.alone, noise.together, noise.failed) == (0.0, 1.0, 1)
    assert (noise.texts_alone, noise.texts_together) == (1, 2)


def test_a_seed_is_kept_only_if_it_makes_a_difference() -> None:
    a, b = reply("a"), reply("b")

    assert judge_seed([a, a], [b, a]) == "kept"
    assert judge_seed([a, b], [b]) == "ignored"
    assert judge_seed([a, a], [a]) == "unclear"
    assert judge_seed([a, refusal(0)], [b]) == "unclear"
    assert judge_seed([refusal()], [b]) == "refused"


def test_pace_counts_completions_only() -> None:
    pace = judge_pace(4, [reply(), reply(), refusal(429, "status 429")], 0.5)

    assert (pace.rate, pace.failed, pace.reason) == (4.0, 1, "status 429")
    assert judge_pace(1, [refusal()], 0.0).rate == 0.0


def test_more_requests_at_once_are_advised_only_where_they_bring_something() -> None:
    def paces(*rates: float, failed: int = 0) -> list[Pace]:
        fine = [
            Pace(level, 8, 0, rate, 0.1, 0.1)
            for level, rate in zip((1, 4), rates[:2], strict=False)
        ]
        return [*fine, Pace(16, 8, failed, rates[2], 0.1, 0.1)]

    assert best_concurrency(paces(10, 30, 60)) == 16
    assert best_concurrency(paces(10, 30, 31)) == 4
    assert best_concurrency(paces(10, 30, 60, failed=1)) == 4
    assert best_concurrency([]) == 1


async def test_a_wire_of_any_kind_can_be_asked() -> None:
    async with Scripted().connect() as wire:
        found = await asker_over(wire).ask(Probe("good or bad?", top_logprobs=5), ChatForm())

    assert found.completion is not None
    assert len(found.completion.first) == 2


@pytest.mark.parametrize(
    ("error", "status"), [(AttemptError("timeout", billed=True), 0), (EndpointError("no"), 400)]
)
async def test_a_failing_wire_gives_a_reply_that_says_why(
    error: AttemptError | EndpointError, status: int
) -> None:
    class Failing:
        async def send(self, request: Request) -> Completion:
            raise error

    found = await asker_over(Failing()).ask(Probe("?"), ChatForm())

    assert (found.completion, found.status, found.reason) == (None, status, str(error))
