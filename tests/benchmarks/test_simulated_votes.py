"""The comparison of docs/voting.md on fewer worlds."""

from simulated_votes import MODELS, methods, spent, table_text, world


def test_at_equal_calls_sharing_and_mixing_beat_one_prompt_that_is_asked_again() -> None:
    tables = [world(MODELS["differently"], number) for number in range(2)]

    found = {name: spent(tables, method) for name, method in methods(5).items()}

    assert all(calls == 5 for _, calls in found.values())
    assert found["eight prompts mixed"][0] > found["one prompt, SC"][0] + 2
    assert found["eight prompts mixed, shared"][0] > found["eight prompts mixed"][0]


def test_the_table_names_every_way() -> None:
    text = table_text(MODELS["alike"], worlds=1, budgets=(1,))

    assert all(f"| {name} |" in text for name in methods(1))
    assert text.count("AC .95") == 2
