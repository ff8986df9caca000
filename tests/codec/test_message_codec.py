"""What is sent is what arrives, bit for bit."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fedbbpt.codec.messages import (
    decode_assignment,
    decode_report,
    decode_state,
    encode_assignment,
    encode_report,
    encode_state,
)
from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Grouped,
    Point,
    Product,
)
from fedbbpt.messages import Assignment, Block, Evaluate, Report, Score, Search, State

finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(-1e9, 1e9)
names = st.text("abcdefghij_0123456789é", min_size=1, max_size=64)
counts = st.integers(0, 2**62)
shapes = array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
named_arrays = st.dictionaries(names, arrays(np.float64, shapes, elements=finite), max_size=4)
points = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5), elements=finite
)
vectors = arrays(np.float64, st.integers(1, 4), elements=moderate)
blocks = st.builds(Block, counts, counts)
works = st.one_of(
    st.builds(Score, points, blocks),
    st.builds(Search, counts, counts, blocks),
    st.builds(
        Evaluate,
        points,
        st.lists(counts, max_size=4).map(tuple),
        names,
        st.lists(st.tuples(counts, counts), max_size=3).map(tuple),
    ),
)


@st.composite
def gaussians(draw: st.DrawFn) -> Gaussian:
    mean = draw(vectors)
    sigma = draw(st.floats(5e-324, 1e300))
    spread = draw(arrays(np.float64, mean.size, elements=st.floats(1e-9, 1e9)))
    cov = draw(st.sampled_from((None, spread, np.diag(spread))))
    return Gaussian(mean, sigma, cov)


flat = st.one_of(
    st.lists(vectors, min_size=1, max_size=4).map(tuple).map(Categorical),
    gaussians(),
    vectors.map(Point),
)


def nested(parts: st.SearchStrategy[Distribution]) -> st.SearchStrategy[Distribution]:
    return st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(tuple).map(Product),
        st.lists(st.tuples(names, parts), min_size=1, max_size=3).map(tuple).map(Grouped),
    )


distributions: st.SearchStrategy[Distribution] = st.one_of(
    flat, nested(flat), nested(nested(flat)), nested(nested(nested(flat)))
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    statistics = draw(named_arrays)
    additive = draw(st.sets(st.sampled_from(sorted(statistics))) if statistics else st.just(set()))
    weight = draw(st.floats(0, 1e300))
    round, asked, missing, unreadable, calls = draw(st.tuples(*[counts] * 5))
    return Report(
        draw(names),
        round,
        draw(names),
        statistics,
        frozenset(additive),
        weight,
        asked,
        missing,
        unreadable,
        calls,
    )


def bits(array: Floats) -> tuple[tuple[int, ...], bytes]:
    return array.shape, array.tobytes()


def exact(value: object) -> object:
    """Return a value in which equality means equal bits."""
    plain: object = value
    match value:
        case np.ndarray():
            plain = bits(value)
        case float():
            plain = value.hex()
        case tuple():
            plain = [exact(item) for item in value]
        case dict():
            plain = {name: exact(array) for name, array in value.items()}
        case Categorical() | Gaussian() | Point() | Product() | Grouped() | Score() | Evaluate():
            names = [field.name for field in fields(value)]
            plain = [type(value), *(exact(getattr(value, name)) for name in names)]
    return plain


def exact_report(report: Report) -> list[object]:
    outcomes = (report.asked, report.missing, report.unreadable, report.calls)
    named = (report.client, report.round, report.fingerprint, report.additive, outcomes)
    return [named, report.weight.hex(), exact(dict(report.statistics))]


@given(reports())
def test_a_report_arrives_bit_for_bit(report: Report) -> None:
    arrived = decode_report(encode_report(report))

    assert exact_report(arrived) == exact_report(report)


@given(works, distributions, names, counts, counts)
def test_an_assignment_arrives_bit_for_bit(
    work: Score | Search | Evaluate,
    distribution: Distribution,
    fingerprint: str,
    round: int,
    seed: int,
) -> None:
    sent = Assignment(round, work, distribution, fingerprint, seed)

    arrived = decode_assignment(encode_assignment(sent))

    assert exact(arrived.work) == exact(work)
    assert exact(arrived.distribution) == exact(distribution)
    assert (arrived.round, arrived.fingerprint, arrived.seed) == (round, fingerprint, seed)


@given(counts, distributions, named_arrays)
def test_a_state_arrives_bit_for_bit(
    round: int, distribution: Distribution, memory: dict[str, Floats]
) -> None:
    arrived = decode_state(encode_state(State(round, distribution, memory)))

    assert arrived.round == round
    assert exact(arrived.distribution) == exact(distribution)
    assert exact(dict(arrived.memory)) == exact(memory)


@given(reports())
def test_the_bytes_of_a_report_are_canonical(report: Report) -> None:
    data = encode_report(report)

    assert encode_report(decode_report(data)) == data


def test_signed_zeros_and_the_smallest_numbers_survive() -> None:
    edges = np.array([-0.0, 0.0, 5e-324, -5e-324, np.finfo(np.float64).max])

    arrived = decode_state(encode_state(State(0, Point(edges), {"edges": edges})))

    assert bits(arrived.memory["edges"]) == bits(edges)
    assert exact(arrived.distribution) == exact(Point(edges))


@pytest.mark.parametrize("common", [0.0, 1e6, -1e12])
def test_a_table_with_a_large_common_part_keeps_its_bits(common: float) -> None:
    table = Categorical((common + np.array([0.0, 1e-3, 3e-3]),))

    arrived = decode_state(encode_state(State(0, table))).distribution

    assert exact(arrived) == exact(table)


def test_a_sigma_that_numpy_computed_is_sent_as_the_number_it_is() -> None:
    cloud = Gaussian(np.zeros(2), np.float64(1.5))

    arrived = decode_state(encode_state(State(0, cloud))).distribution

    assert isinstance(arrived, Gaussian)
    assert arrived.sigma == 1.5


def test_memory_in_any_layout_arrives_in_the_same_order() -> None:
    table = np.arange(6.0).reshape(2, 3)

    arrived = decode_state(encode_state(State(0, Point(np.zeros(1)), {"t": table.T})))

    assert arrived.memory["t"].tolist() == table.T.tolist()
