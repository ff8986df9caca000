"""Rows written as ``torch.save`` writes them, checked without torch and without unpickling."""

import hashlib
import io
import pickletools
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from fedbbpt.tensor_bytes import tensor_bytes

ROWS = np.array([[0.0, -0.0, 1.0, 1 / 3], [1e-40, -65504.0, 3.14159, 2.0**-24]])
STORAGES = {"f32": "FloatStorage", "f16": "HalfStorage", "bf16": "BFloat16Storage"}


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.testzip() is None
        return {name.removeprefix("archive/"): archive.read(name) for name in archive.namelist()}


def opcodes(data: bytes) -> list[tuple[str, Any]]:
    found = pickletools.genops(entries(data)["data.pkl"])
    return [(opcode.name, argument) for opcode, argument, _ in found]


@pytest.mark.parametrize(("kind", "storage"), STORAGES.items())
def test_the_description_rebuilds_one_contiguous_tensor_and_calls_nothing_else(
    kind: str, storage: str
) -> None:
    steps = opcodes(tensor_bytes(ROWS, kind))

    named = [argument for name, argument in steps if name == "GLOBAL"]
    texts = [argument for name, argument in steps if name == "BINUNICODE"]
    whole = [argument for name, argument in steps if name == "BININT"]
    assert steps[0] == ("PROTO", 2)
    assert named == [
        "torch._utils _rebuild_tensor_v2",
        f"torch {storage}",
        "collections OrderedDict",
    ]
    assert texts == ["storage", "0", "cpu"]
    assert whole == [8, 0, 2, 4, 4, 1]  # numbers, offset, sizes, strides
    assert [name for name, _ in steps if name in {"REDUCE", "BINPERSID", "NEWFALSE"}] == [
        "BINPERSID",
        "NEWFALSE",
        "REDUCE",
        "REDUCE",
    ]
    assert steps[-1][0] == "STOP"


def test_the_archive_holds_what_the_loader_looks_for() -> None:
    found = entries(tensor_bytes(ROWS))

    assert list(found) == ["data.pkl", "byteorder", "data/0", "version"]
    assert (found["byteorder"], found["version"]) == (b"little", b"3\n")


FINITE = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=5),
    elements=st.floats(-60000, 60000, width=32),
)


@given(FINITE)
def test_single_and_half_numbers_are_those_of_numpy(rows: np.ndarray[Any, Any]) -> None:
    single = np.frombuffer(entries(tensor_bytes(rows))["data/0"], "<f4")
    half = np.frombuffer(entries(tensor_bytes(rows, "f16"))["data/0"], "<f2")

    assert single.tobytes() == rows.tobytes()
    assert half.tobytes() == rows.astype(np.float16).tobytes()


@given(FINITE)
def test_a_bfloat16_is_as_near_as_eight_bits_come(rows: np.ndarray[Any, Any]) -> None:
    halves = np.frombuffer(entries(tensor_bytes(rows, "bf16"))["data/0"], "<u2").astype(np.uint32)

    kept = (halves << 16).view(np.float32).astype(np.float64)
    exact = rows.ravel().astype(np.float64)
    assert (np.abs(kept - exact) <= np.abs(exact) * 2.0**-8 + 2.0**-134).all()


def test_ties_of_bfloat16_go_to_the_even_neighbour() -> None:
    ties = np.array([[0x3F808000, 0x3F818000]], np.uint32).view(np.float32)

    halves = np.frombuffer(entries(tensor_bytes(ties, "bf16"))["data/0"], "<u2")

    assert halves.tolist() == [0x3F80, 0x3F82]


@pytest.mark.parametrize(
    ("kind", "digest"),
    [("f32", "246b4fa42606a1bb"), ("f16", "a17b253f9725df3d"), ("bf16", "89a56c0117e22f6b")],
)
def test_the_bytes_are_those_that_torch_has_read(kind: str, digest: str) -> None:
    """Each file with these digests was read by ``torch.load(weights_only=True)`` of torch 2.13.

    The tensors were bit for bit ``torch.tensor(ROWS).to(kind)``, which went through f32 for bf16.
    """
    data = tensor_bytes(ROWS, kind)

    assert hashlib.sha256(data).hexdigest()[:16] == digest


@pytest.mark.parametrize(
    ("rows", "kind", "why"),
    [
        (np.zeros(3), "f32", r"shape \(3,\) is not"),
        (np.zeros((0, 3)), "f32", "at least 1 of each"),
        (np.zeros((1, 1)), "f64", "kind: 'f64' is unknown"),
        (np.array([[np.nan]]), "f32", "not finite in f32"),
        (np.array([[70000.0]]), "f16", "not finite in f16"),
        (np.array([[3.4e38]]), "bf16", "not finite in bf16"),
        (np.array([[1e39]]), "f32", "not finite in f32"),
    ],
)
def test_what_no_loader_would_take_is_refused(
    rows: np.ndarray[Any, Any], kind: str, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        tensor_bytes(rows, kind)
