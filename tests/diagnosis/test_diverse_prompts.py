"""Which prompts a headroom test scores."""

from pathlib import Path

import numpy as np
from tiny_run import tiny_prepared, tiny_tables

from fedbbpt.config.searched import origin
from fedbbpt.diagnosis.trial import PROMPTS, diverse_prompts, plan_trial
from fedbbpt.distributions import Distribution, Floats, Gaussian
from fedbbpt.prompts import Message, Prompt
from fedbbpt.spaces.bank import Bank


def bank(count: int) -> Bank:
    prompts = [Prompt((Message("user", f"{n} {{input}}"),)) for n in range(count)]
    return Bank(tuple(prompts), tuple(map(str, range(count))))


def test_the_start_comes_first_and_no_prompt_twice(tmp_path: Path) -> None:
    space = tiny_prepared(tmp_path).space

    prompts = diverse_prompts(space, PROMPTS, 3)

    assert len({prompt.digest for prompt in prompts}) == len(prompts) == PROMPTS
    assert prompts[0] == space.decode(origin(space))
    assert prompts == diverse_prompts(space, PROMPTS, 3)


def test_a_small_space_is_taken_whole() -> None:
    space = bank(3)

    prompts = diverse_prompts(space, PROMPTS, 0)

    assert set(prompts) == {space.decode(np.array([float(n)])) for n in range(3)}


def test_the_choices_of_an_axis_come_in_equal_shares() -> None:
    tenths = {int(prompt.messages[0].content.split()[0]) // 10 for prompt in _many(bank(70))}

    assert tenths == set(range(7))


def test_a_continuous_space_is_sampled() -> None:
    prompts = diverse_prompts(Line(), 5, 0)

    assert len(prompts) == 5
    assert prompts[0] == Line().decode(np.zeros(1))


class Line:
    axes = ()
    fingerprint = "line"

    def initial(self) -> Distribution:
        return Gaussian(np.zeros(1), 1.0)

    def decode(self, point: Floats) -> Prompt:
        return Prompt((Message("user", f"{point[0]:.3f} {{input}}"),))


def _many(space: Bank) -> tuple[Prompt, ...]:
    return diverse_prompts(space, 8, 1)[1:]


def test_a_trial_is_cut_to_the_examples_asked_for_and_counts_its_calls(tmp_path: Path) -> None:
    prepared = tiny_prepared(tmp_path, tiny_tables())

    trial = plan_trial(prepared, 5)

    assert {len(data.dev) for data in trial.data.values()} == {5}
    assert all(not data.test for data in trial.data.values())
    assert trial.calls == PROMPTS * trial.items == PROMPTS * 20
