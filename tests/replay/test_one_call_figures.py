"""Where every draw takes one call, methods draw as they did when the published tables were made."""

import hashlib

import numpy as np

from fedbbpt.experiment.replaying.contest import play, trials
from fedbbpt.experiment.replaying.recording import Tables
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.prompts import Message, Prompt
from fedbbpt.replay.answers_table import AnswersTable, Cost, Recorded
from fedbbpt.replay.with_choice import Learning
from fedbbpt.work.prompt_mix import Ingredient

RECORDING = Recording(
    tuple(Ingredient(name, Prompt((Message("user", f"{name} {{input}}"),))) for name in "pqrstuvw")
)
PUBLISHED = {
    ("single", 1): "0a168ebf84e7",
    ("mixture", 1): "ed93f664556d",
    ("oracle", 1): "f82a82f79cdd",
    ("SC", 3): "2c316f118c5e",
    ("AC .95", 3): "2c316f118c5e",
    ("mixture", 3): "0732b222227c",
    ("TRIPLE", 3): "ba1c68102723",
    ("local only", 3): "4de10bc00019",
    ("ours", 3): "6e869c298a0d",
    ("oracle", 3): "b5f85993e214",
    ("SC", 10): "aae28848e367",
    ("AC .95", 10): "14c99aa4f31f",
    ("ESC", 10): "8b340c4fa3a6",
    ("mixture", 10): "079d1dfdcbd0",
    ("TRIPLE", 10): "f04da3492f7b",
    ("local only", 10): "14ce0817b489",
    ("ours", 10): "fa27986ab53d",
    ("oracle", 10): "e058b3d307c4",
}
"""Beginnings of digests of what was right, calls and tokens, by method and budget."""


def made(questions: int, stream: np.random.Generator) -> AnswersTable:
    cells = {
        (question, condition): tuple(
            Recorded("abc"[int(said)], Cost(1, 10 + place))
            for said in stream.choice(3, size=20, p=stream.dirichlet([1 + place / 5, 1, 1]))
        )
        for question in range(questions)
        for place, condition in enumerate(RECORDING.conditions)
    }
    return AnswersTable(("a",) * questions, cells, choices=("a", "b", "c"))


def owned(questions: int) -> tuple[str, ...]:
    return tuple("nesw"[4 * question // questions] for question in range(questions))


def test_methods_with_draws_of_one_call_say_what_they_said() -> None:
    stream = np.random.default_rng(11)
    learning = Learning(made(60, stream), owned(60))
    tables = Tables(learning, made(80, stream), owned(80), missing=0, exact=True)

    said = {}
    for budget in (1, 3, 10):
        for trial in trials(tables, RECORDING, budget):
            done = play(tables.asked, trial, 2, 0)
            told = b"".join(one.tobytes() for one in (done.right, done.calls, done.tokens))
            said[trial.name, budget] = hashlib.sha256(told).hexdigest()[:12]

    assert {key: said.get(key) for key in PUBLISHED} == PUBLISHED
