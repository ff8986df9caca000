"""A run that never was: what the report and the terminal view are tested with."""

from dataclasses import replace

from fedbbpt.round_scores import Measured, OwnerRound
from fedbbpt.runs.results import (
    Axis,
    Baseline,
    Cell,
    Change,
    Comparison,
    Confusion,
    Coverage,
    Front,
    FrontPrompt,
    Gate,
    OwnerCoverage,
    OwnerSummary,
    OwnerTest,
    PromptText,
    Results,
    Stats,
    Test,
)
from fedbbpt.server import RoundSummary

OWNERS = ("amazon", "movie", "nyt", "tweets")
START = PromptText(
    messages=(("user", "Is the following text positive or negative?\n\n{input}\n\nAnswer:"),),
    words=("negative", "positive"),
    characters=63,
)
TUNED = PromptText(
    messages=(
        ("system", "You judge the feeling of short texts. Answer with one word only."),
        (
            "user",
            "Read the text below and decide whether its author sounds happy or upset.\n\n"
            "Text: the plot drags and nobody cares\nFeeling: bad\n\n"
            "Text: could not put it down\nFeeling: good\n\n"
            "Text: {input}\n\nIs the text good or bad?\nFeeling:",
        ),
    ),
    words=("bad", "good"),
    characters=301,
)
CHANGES = (
    Change("instruction", "Is the following text …", "Read the text below …"),
    Change("words", "negative / positive", "bad / good"),
    Change("examples", "none", "2 examples"),
)
AXES = (
    Axis(
        "instruction", ("Is the following text …", "Read the text below …", "Classify …", "What …")
    ),
    Axis("words", ("negative / positive", "bad / good", "no / yes")),
    Axis("examples", ("none", "2 examples", "4 examples")),
    Axis("format", ("{input}", "Text: {input}")),
)


def sample_cells(start: float, tuned: float, half: float) -> tuple[Cell, ...]:
    figures = (
        ("start", "raw", start - 0.08),
        ("start", "calibrated", start),
        ("tuned", "raw", tuned - 0.05),
        ("tuned", "calibrated", tuned),
    )
    return tuple(
        Cell(prompt, mode, score, max(0.0, score - half), min(1.0, score + half * 0.8), 1.3 - score)
        for prompt, mode, score in figures
    )


def measured(score: float, n: int) -> Measured:
    half = 1 / n**0.5
    return Measured(score, max(0.0, score - half), min(1.0, score + half), n)


def sample_rounds() -> tuple[RoundSummary, ...]:
    return tuple(
        RoundSummary(
            round=round,
            clients=OWNERS,
            candidates=12,
            block=8,
            asked=384,
            requests=384 * (round + 1) - 20 * round * round,
            best_loss=0.69 - 0.04 * round,
            mean_loss=0.82 - 0.03 * round,
            missing=round % 2,
            unreadable=0,
            client_losses=tuple(
                (name, 0.74 - 0.05 * round + 0.035 * index + 0.02 * ((round * (index + 1)) % 3))
                for index, name in enumerate(OWNERS)
            ),
            distribution=tuple(
                _sharpened(len(axis.choices), 1 % len(axis.choices), 0.35 * round * (1 + slot % 2))
                for slot, axis in enumerate(AXES)
            ),
            score=measured(0.6 + 0.03 * round, 384 // 12),
            owners=tuple(
                OwnerRound(name, measured(0.55 + 0.03 * round + 0.03 * index, 8), 96, round % 2, 0)
                for index, name in enumerate(OWNERS)
            ),
        )
        for round in range(8)
    )


def _sharpened(choices: int, leader: int, force: float) -> tuple[float, ...]:
    weights = [2.0**force if choice == leader else 1.0 for choice in range(choices)]
    return tuple(weight / sum(weights) for weight in weights)


def sample_results(*, accepted: bool = True) -> Results:
    """Return a run of four owners in one process; ``accepted`` says whether it found anything."""
    gain = Comparison("start", "tuned", 0.15, 0.09, 0.21, 0.00021, 19, 4, 100)
    owners = tuple(
        OwnerTest(
            name,
            25,
            sample_cells(0.60 + 0.06 * index, 0.84 - 0.02 * index, 0.17),
            Comparison("start", "tuned", 0.24 - 0.08 * index, -0.02, 0.3, 0.03 * index, 5, 1, 25),
        )
        for index, name in enumerate(OWNERS)
    )
    results = Results(
        name="vader4",
        recipe="racing",
        seed=7,
        fingerprint="5f0c1e9a77d24b31",
        simulation=True,
        topic="the feeling of a text",
        labels=("negative", "positive"),
        metric="accuracy",
        reading="the first token of the answer, by its log-probabilities",
        owners=tuple(
            OwnerSummary(
                name,
                100,
                50,
                25,
                "model on this machine (smollm2-135m)",
                ("9 of 10 examples have the label positive",) if name == "tweets" else (),
            )
            for name in OWNERS
        ),
        split="sha256:9d41c07be2f88a53",
        notes=("3 duplicates were dropped before the split", "labels are skewed at tweets"),
        axes=AXES,
        start=START,
        found=TUNED,
        tuned=TUNED,
        changes=CHANGES,
        rounds=sample_rounds(),
        search_requests=2092,
        ended="rounds spent",
        gate=Gate(
            True,
            "tuned prompt accepted: the tuned prompt scores 0.120 higher on 200 held-out examples, "
            "and so large a gain by chance has probability 0.0004, below 0.05",
            Comparison("start", "tuned", 0.12, 0.06, 0.18, 0.0004, 33, 9, 200),
            0.01,
            0.03,
            0.05,
        ),
        test=Test(
            100,
            sample_cells(0.69, 0.84, 0.085),
            gain,
            owners,
            (
                Confusion("start", "raw", ((20, 30, 0), (9, 41, 0))),
                Confusion("start", "calibrated", ((32, 18, 0), (13, 37, 0))),
                Confusion("tuned", "raw", ((38, 11, 1), (10, 40, 0))),
                Confusion("tuned", "calibrated", ((42, 7, 1), (8, 42, 0))),
            ),
            _baselines(),
        ),
        coverage=Coverage(4210, 6, 11, 9, 1600),
        owner_coverage=tuple(
            OwnerCoverage(name, 8, 1050, index, 2 * index, 3, 400)
            for index, name in enumerate(OWNERS)
        ),
        front=Front(
            "prompt tokens",
            20,
            64,
            (
                FrontPrompt(START, (), 0.693, 31.5, returned=False),
                FrontPrompt(TUNED, CHANGES, 0.412, 84.25, returned=True),
            ),
        ),
    )
    return results if accepted else _rejected(results)


def _baselines() -> tuple[Baseline, ...]:
    names = (*(f"alone: {name}" for name in OWNERS), "pooled data")
    baselines = []
    for index, name in enumerate(names):
        score = 0.74 + 0.02 * index
        cells = tuple(
            Cell(name, mode, score - drop, score - drop - 0.08, score - drop + 0.07, 0.5)
            for mode, drop in (("raw", 0.04), ("calibrated", 0.0))
        )
        own = Cell(name, "calibrated", 0.8, 0.6, 0.9, 0.5) if index < len(OWNERS) else None
        comparison = Comparison(name, "tuned", 0.84 - score, -0.01, 0.15, 0.04, 12, 4, 100)
        baselines.append(Baseline(name, cells, own, comparison, 520 + index))
    return tuple(baselines)


def _rejected(results: Results) -> Results:
    same = Comparison("start", "tuned", 0.0, 0.0, 0.0, 1.0, 0, 0, 100)
    start = [cell for cell in results.test.cells if cell.prompt == "start"]
    test = replace(
        results.test,
        cells=(*start, *(replace(cell, prompt="tuned") for cell in start)),
        comparison=same,
    )
    gate = replace(
        results.gate,
        accepted=False,
        reason="start kept: the tuned prompt is not better on 200 held-out examples",
        comparison=Comparison("start", "tuned", -0.01, -0.05, 0.03, 0.8, 9, 11, 200),
    )
    return replace(results, tuned=results.start, gate=gate, test=test)


def sample_stats(*, openings: int = 1) -> Stats:
    return Stats(
        requests=4210,
        hits=1012,
        calls=3198,
        possibly_billed=2,
        failed=1,
        prompt_tokens=412_733,
        completion_tokens=3_198,
        seconds=184.2,
        openings=openings,
    )
