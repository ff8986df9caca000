"""Owners over a scripted model that keeps what it was asked: for the tests of work and client."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.calibration import Calibrator
from fedbbpt.completions import Completion, Request, TokenLogprob
from fedbbpt.data import Example, OwnerData
from fedbbpt.distributions import Points
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.objective import Objective
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.halving import Halving
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning.direct import Direct
from fedbbpt.spaces.bank import Bank
from fedbbpt.work.owner import Owner

LABELS = ("positive", "negative")
CUES = {"positive": ("good", "great", "fun"), "negative": ("bad", "dull", "weak")}
HEADS = ("Review", "Opinion", "Guest wrote", "Please judge", "Verdict on", "Tone of")
MODEL = Scripted(edge=16)


@dataclass
class AskedEndpoint:
    """Answers as the scripted model does and remembers every request.

    Attributes:
        lost: says which requests get no reply.
        garbled: says which requests get a reply that names no label.
        asked: all requests so far, in order.
        calls: requests answered or lost so far.
    """

    lost: Callable[[Request], bool] = lambda _request: False
    garbled: Callable[[Request], bool] = lambda _request: False
    asked: list[Request] = field(default_factory=list)
    calls: int = 0

    @property
    def profile(self) -> Profile:
        """As the scripted model's."""
        return MODEL.profile()

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        """Answer each request, in the same positions."""
        self.asked.extend(requests)
        self.calls += len(requests)
        return [Missing("timeout") if self.lost(r) else self._reply(r) for r in requests]

    def _reply(self, request: Request) -> Completion:
        if self.garbled(request):
            return Completion("hm", first=(TokenLogprob("hm", -0.1),))
        return MODEL.reply(request)

    @property
    def texts(self) -> list[str]:
        """The last message of every request."""
        return [request.messages[-1].content for request in self.asked]


def holding(*parts: str) -> Callable[[Request], bool]:
    """Return what tells whether a request's last message holds all parts."""
    return lambda request: all(part in request.messages[-1].content for part in parts)


def points(*choices: int) -> Points:
    """Return points of the bank, one a row."""
    return np.array([[float(choice)] for choice in choices])


def bank(count: int = len(HEADS)) -> Bank:
    """Return a space of a few prompts."""
    users = [Message("user", f"{head}: {{input}}. Is it good?") for head in HEADS[:count]]
    return Bank(tuple(Prompt((user,), LABELS) for user in users), HEADS[:count])


def examples(owner: str, split: str, count: int) -> tuple[Example, ...]:
    """Return examples whose texts name owner, split and number; about every fourth is mislabelled.

    The noise keeps prompts from being all right or all wrong.
    """
    made = []
    for index in range(count):
        cues = CUES[LABELS[index % 2]]
        said = LABELS[(index + (index % 4 == 3)) % 2]
        text = f"{owner} {split} number {index} was {cues[index // 2 % 3]} and {cues[index % 3]}"
        made.append(Example(f"{owner}-{split}-{index}", text, (said,)))
    return tuple(made)


def owner_data(name: str = "anna", *, train: int = 16, held_out: int = 6) -> OwnerData:
    """Return one owner's examples."""
    dev, test = (examples(name, split, held_out) for split in ("dev", "test"))
    return OwnerData(name, examples(name, "train", train), dev, test)


def make_owner(
    endpoint: AskedEndpoint,
    data: OwnerData | None = None,
    *,
    calibrator: Calibrator | None = None,
    optimizer: Optimizer | None = None,
    min_block: int = 4,
    read_text: bool = False,
) -> Owner:
    """Return an owner; what is not given is small and ordinary."""
    reasoning = Direct(LABELS, top_logprobs=0 if read_text else 20)
    objective = Objective(reasoning, endpoint, Accuracy(), calibrator or FittedBias())
    return Owner(
        data or owner_data(),
        LABELS,
        bank(),
        objective,
        optimizer or Halving(candidates=6),
        min_block=min_block,
    )
