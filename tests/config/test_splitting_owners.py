"""Owners get exactly the examples that the run file deals them, each text once."""

from collections import Counter
from pathlib import Path

import pytest
from tiny_run import (
    LABELS,
    OWNERS,
    ROWS_PER_OWNER,
    Table,
    dealt_tables,
    put,
    rows,
    tiny_prepared,
    tiny_run,
    tiny_tables,
    write_rows,
)

from fedbbpt.config.owners import load_owners
from fedbbpt.data import Example, OwnerData

EVERYTHING = {"train": 0.4, "dev": 0.2, "test": 0.4}


def owners(folder: Path, tables: Table) -> dict[str, OwnerData]:
    return {owner.data.owner: owner.data for owner in load_owners(tiny_run(folder, tables))}


def held(data: OwnerData) -> list[Example]:
    return [example for split in data.splits().values() for example in split]


def ids(folder: Path, tables: Table) -> dict[str, list[str]]:
    return {
        name: sorted(example.id for example in held(data))
        for name, data in owners(folder, tables).items()
    }


def test_by_key_every_domain_is_an_owner(tmp_path: Path) -> None:
    dealt = owners(tmp_path, dealt_tables(split="key"))

    assert tuple(dealt) == OWNERS
    for name, data in dealt.items():
        assert {example.domain for example in held(data)} == {name}
        assert [len(split) for split in data.splits().values()] == [16, 8, 12]


def test_by_chance_all_examples_are_dealt_evenly(tmp_path: Path) -> None:
    tables = {**dealt_tables(split="iid", owners=5), "roles": EVERYTHING}

    dealt = ids(tmp_path, tables)

    assert sorted(dealt) == [f"client-0{number}" for number in range(1, 6)]
    assert {len(hand) for hand in dealt.values()} == {len(OWNERS) * ROWS_PER_OWNER // 5}
    assert len({id for hand in dealt.values() for id in hand}) == len(OWNERS) * ROWS_PER_OWNER


def test_a_dirichlet_deal_is_complete_and_skewed(tmp_path: Path) -> None:
    data = {"split": "dirichlet", "owners": 3, "alpha": 0.4, "min_size": 20}
    tables = {**dealt_tables(**data), "roles": EVERYTHING}

    dealt = owners(tmp_path, tables)

    everything = [example.id for data in dealt.values() for example in held(data)]
    shares = [
        sum(example.targets[0] == LABELS[0] for example in held(data)) / len(held(data))
        for data in dealt.values()
    ]
    assert len(set(everything)) == len(everything) == len(OWNERS) * ROWS_PER_OWNER
    assert min(len(held(data)) for data in dealt.values()) >= 20
    assert max(shares) - min(shares) > 0.2


def test_one_owner_may_hold_everything(tmp_path: Path) -> None:
    dealt = ids(tmp_path, {**dealt_tables(split="one"), "roles": EVERYTHING})

    assert [len(hand) for hand in dealt.values()] == [len(OWNERS) * ROWS_PER_OWNER]
    assert list(dealt) == ["all"]


def test_k_shot_keeps_so_many_examples_a_label_before_dealing(tmp_path: Path) -> None:
    tables = {**dealt_tables(split="one", k_shot=30), "roles": EVERYTHING}

    (data,) = owners(tmp_path, tables).values()

    assert Counter(example.targets[0] for example in held(data)) == dict.fromkeys(LABELS, 30)


@pytest.mark.parametrize("split", ["iid", "dirichlet"])
def test_the_seed_decides_the_deal(tmp_path: Path, split: str) -> None:
    tables = {**dealt_tables(split=split, alpha=50.0), "roles": EVERYTHING}

    first, again, other = (ids(tmp_path, {**tables, "seed": seed}) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_the_seed_decides_the_roles(tmp_path: Path) -> None:
    splits = [owners(tmp_path, tiny_tables(seed=seed))["it"].splits() for seed in (1, 1, 2)]

    assert splits[0] == splits[1]
    assert splits[0] != splits[2]


def test_fractions_and_counts_mean_the_same_roles(tmp_path: Path) -> None:
    counts = owners(tmp_path, tiny_tables(roles={"train": 16, "dev": 8, "test": 12}))

    shares = owners(tmp_path, tiny_tables(roles={"train": 0.4, "dev": 0.2, "test": 0.3}))

    assert counts == shares


def test_repeated_inputs_are_dropped_and_counted(tmp_path: Path) -> None:
    repeats = [
        {**row, "id": f"again-{row['id']}", "input": f"  {row['input'].upper()} "}
        for row in rows("it", 3)
    ]
    tiny_run(tmp_path)
    write_rows(tmp_path / "it.jsonl", [*rows("it"), *repeats])

    prepared = tiny_prepared(tmp_path)

    assert "it: 3 repeated inputs were dropped" in prepared.notes
    texts = [" ".join(e.input.casefold().split()) for e in held(prepared.data["it"])]
    assert len(set(texts)) == len(texts)


def shared_inputs(folder: Path) -> None:
    """Give "people" four messages that "billing" has as well, and a fifth that differs in case."""
    tiny_run(folder)
    copies = [{**row, "id": f"copy-{row['id']}"} for row in rows("billing", 5)]
    copies[4]["input"] = copies[4]["input"].upper()
    write_rows(folder / "people.jsonl", [*rows("people"), *copies])


def test_in_a_simulation_no_text_has_two_owners(tmp_path: Path) -> None:
    shared_inputs(tmp_path)
    tables = tiny_tables(roles=EVERYTHING)

    prepared = tiny_prepared(tmp_path, tables)

    assert "people: 5 inputs that another owner has were dropped" in prepared.notes
    assert len(held(prepared.data["billing"])) == ROWS_PER_OWNER
    assert len(held(prepared.data["people"])) == ROWS_PER_OWNER


def test_real_owners_are_not_compared_with_each_other(tmp_path: Path) -> None:
    shared_inputs(tmp_path)
    tables = tiny_tables(roles=EVERYTHING)
    del tables["simulation"]

    prepared = tiny_prepared(tmp_path, tables)

    assert len(held(prepared.data["people"])) == ROWS_PER_OWNER + 5
    assert not [note for note in prepared.notes if "another owner" in note]


def test_the_order_of_a_file_changes_nothing(tmp_path: Path) -> None:
    before = owners(tmp_path, put(tiny_tables(), "seed", 5))
    write_rows(tmp_path / "it.jsonl", reversed(rows("it")))

    assert owners(tmp_path, put(tiny_tables(), "seed", 5)) == before
