"""What repeated beginnings and token counts are taken to mean."""

import pytest

from fedbbpt.completions import Completion, TokenLogprob, Usage
from fedbbpt.diagnosis.prefix_cache import cached_tokens, judge_prefix, prefix_probes
from fedbbpt.diagnosis.probes import Reply
from fedbbpt.diagnosis.template import judge_template, leading_space

LOST = Reply(0.1, 0, reason="timeout")
REFUSED = Reply(0.1, 400, reason="no system role")


def reply(seconds: float = 0.1, tokens: int = 300, cached: int | None = None) -> Reply:
    usage = {} if cached is None else {"prompt_tokens_details": {"cached_tokens": cached}}
    return Reply(
        seconds, 200, Completion("yes", usage=Usage(tokens, 1)), body={"usage": dict(usage)}
    )


def test_the_three_probes_of_one_mark_share_all_but_their_ends() -> None:
    first, second, third, other = (probe.question for probe in prefix_probes("a", "b"))

    shared = len(first) - len("first look. Say yes.")
    assert first[:shared] == second[:shared] == third[:shared]
    assert len({first, second, third}) == 3
    assert first[: len("List a of")] != other[: len("List a of")]
    assert shared > 500


def test_what_is_reported_and_what_is_measured_stand_side_by_side() -> None:
    found = judge_prefix(
        [reply(2.0, cached=0), reply(0.3, cached=280), reply(0.2, cached=290), reply(1.8)]
    )

    assert (found.verdict, found.reported, found.tokens) == ("faster", 290, 300)
    assert (found.fresh, found.repeated) == (1.8, 0.3)


@pytest.mark.parametrize(
    ("fresh", "repeated", "verdict"),
    [(1.0, 0.9, "level"), (1.0, 0.6, "faster"), (0.02, 0.01, "level"), (0.1, 0.3, "level")],
)
def test_only_a_clear_difference_counts_as_faster(
    fresh: float, repeated: float, verdict: str
) -> None:
    found = judge_prefix([reply(fresh), reply(repeated), reply(repeated), reply(fresh)])

    assert (found.verdict, found.reported) == (verdict, None)


def test_a_lost_reply_leaves_the_cache_open() -> None:
    assert judge_prefix([reply(), reply(), LOST, reply()]).verdict == "unclear"


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ({"usage": {"prompt_tokens_details": {"cached_tokens": 0}}}, 0),
        ({"usage": {"prompt_cache_hit_tokens": 64}}, 64),
        ({"usage": {"prompt_tokens": 9}, "timings": {"cache_n": 46, "prompt_n": 1}}, 46),
        ({"usage": {"prompt_tokens_details": None}}, None),
        (None, None),
    ],
)
def test_cached_tokens_are_read_where_servers_write_them(body: object, tokens: int | None) -> None:
    assert cached_tokens(body) == tokens


@pytest.mark.parametrize(
    ("alone", "with_system", "joined", "system"),
    [
        (reply(tokens=10), reply(tokens=17), reply(tokens=13), "own turn"),
        (reply(tokens=10), reply(tokens=13), reply(tokens=13), "folded"),
        (reply(tokens=31), reply(tokens=18), reply(tokens=35), "replaces"),
        (reply(tokens=10), reply(tokens=10), reply(tokens=13), "dropped"),
        (reply(tokens=10), REFUSED, reply(tokens=13), "refused"),
        (reply(tokens=0), reply(tokens=0), reply(tokens=0), "uncounted"),
        (reply(tokens=10), LOST, reply(tokens=13), "unclear"),
    ],
)
def test_token_counts_say_what_becomes_of_a_system_role(
    alone: Reply, with_system: Reply, joined: Reply, system: str
) -> None:
    assert judge_template(alone, with_system, joined).system == system


@pytest.mark.parametrize(("tokens", "bare"), [(1, True), (2, True), (3, False), (0, False)])
def test_a_text_that_costs_only_itself_has_nothing_around_it(tokens: int, bare: bool) -> None:
    found = judge_template(reply(tokens=tokens), reply(tokens=9), reply(tokens=9))

    assert found.bare is bare


def test_a_leading_space_is_seen_in_every_way_of_writing_it() -> None:
    def first(*tokens: str) -> tuple[TokenLogprob, ...]:
        return tuple(TokenLogprob(token, -0.1) for token in tokens)

    assert all(leading_space(first(f"{space}Bright")) for space in (" ", "\u2581", "\u0120"))
    assert leading_space(first("\n", "**", "Bright", " Dark")) is False
    assert leading_space(first("\n", " ")) is None
    assert leading_space(()) is None
