"""Reports as few bytes: what is decoded is what was encoded, or it is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.codec.compact import DOUBLE, SINGLE, Expected, decode_compact, encode_compact
from fedbbpt.codec.messages import encode_report
from fedbbpt.distributions import Floats
from fedbbpt.errors import MessageError
from fedbbpt.messages import Report

FINGERPRINT = "ab" * 32
HERE = Expected(FINGERPRINT)
numbers = st.floats(-1e300, 1e300)
arrays = st.one_of(
    st.lists(numbers, max_size=5).map(np.array),
    numbers.map(np.array),
    st.lists(st.floats(-9, 9, width=32), min_size=4, max_size=4).map(
        lambda values: np.array(values).reshape(2, 2)
    ),
)
names = st.sampled_from(["loss_sum", "mean", "cov", "part_0.mean", "counts_3", "größe"])
counts = st.integers(0, 2**32 - 1)


def made(statistics: dict[str, Floats], weight: float = 32.0) -> Report:
    additive = frozenset(sorted(statistics)[::2])
    return Report("anna", 7, FINGERPRINT, statistics, additive, weight, 640, 1, 2, 640)


def score_report(candidates: int) -> Report:
    sums = np.random.default_rng(0).uniform(0, 99, candidates).astype(np.float32)
    most = 2**32 - 1
    return Report(
        "anna",
        most,
        FINGERPRINT,
        {
            "loss_sum": sums.astype(np.float64),
            "score_sum": np.ones(candidates),
            "score_square_sum": np.ones(candidates),
        },
        frozenset({"loss_sum"}),
        12_345.0,
        most,
        most,
        most,
        most,
    )


@given(st.dictionaries(names, arrays, max_size=4), st.floats(0, 1e9), counts, counts)
def test_a_report_comes_back_to_the_last_bit(
    statistics: dict[str, Floats], weight: float, round: int, asked: int
) -> None:
    report = replace(made(statistics, weight), round=round, asked=asked)

    again = decode_compact(encode_compact(report), "anna", HERE)

    assert encode_report(again) == encode_report(report)


def test_a_score_report_of_twenty_candidates_fits_into_128_bytes() -> None:
    report = score_report(20)

    data = encode_compact(report, {"loss_sum"})

    assert len(data) <= 128
    again = decode_compact(data, "anna", HERE)
    assert again.statistics.keys() == {"loss_sum"}
    assert again.statistics["loss_sum"].tobytes() == report.statistics["loss_sum"].tobytes()


def test_a_report_of_another_run_is_refused() -> None:
    data = encode_compact(score_report(3))

    with pytest.raises(MessageError, match=r"bert: .*another space, task or scoring"):
        decode_compact(data, "bert", Expected("cd" * 32))


GOOD = encode_compact(made({"loss_sum": np.array([1.0, 0.1]), "own": np.array([2.0])}))


@pytest.mark.parametrize("length", [*range(0, len(GOOD), 3), len(GOOD) - 1])
def test_a_report_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(MessageError, match="anna: compact report: "):
        decode_compact(GOOD[:length], "anna", HERE)


@given(st.binary(max_size=80))
def test_noise_is_refused_and_nothing_else_happens(noise: bytes) -> None:
    for data in (noise, SINGLE + noise, DOUBLE + noise, GOOD[:43] + noise):
        if data != GOOD:
            with pytest.raises(MessageError):
                decode_compact(data, "anna", HERE)


HEADER, ARRAY = GOOD[:42], b"\x01\x19\x01\x00\x00\x00\x80\x3f"
ENDLESS = b"\x01\x39\xff\xff\xff\xff\x00\x00"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (GOOD + b"\x00", "1 bytes too many"),
        (b"\xfb\x03" + GOOD[2:], "this version's"),
        (HEADER + b"\x02" + ARRAY + ARRAY, "sent twice"),
        (HEADER + b"\x01\xc8" + ARRAY[1:], "name 200 is unknown"),
        (HEADER + b"\x01" + ENDLESS, "cut off"),
        (HEADER + b"\x01\x01\x7f", "form 127 is unknown"),
        (HEADER + b"\x01\x01\x19\x7f\x00\x00", "cut off"),
        (HEADER + b"\x01" + ARRAY[:4] + b"\x00\x00\xc0\x7f", "must be finite"),
        (HEADER + b"\x01\x00\x02\x07\x07" + ARRAY[1:], "printable"),
    ],
)
def test_bytes_that_no_encoder_writes_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(MessageError, match=why):
        decode_compact(data, "anna", HERE)


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    data = encode_compact(replace(made({}), weight=weight))

    with pytest.raises(MessageError, match="weight"):
        decode_compact(data, "anna", HERE)


def test_texts_and_counts_that_do_not_fit_are_sent_whole() -> None:
    with pytest.raises(MessageError, match="carries no texts"):
        encode_compact(replace(made({}), proposals=("Judge it.",)))
    with pytest.raises(MessageError, match="send it whole"):
        encode_compact(replace(made({}), calls=2**32))
