"""A run told to its tracker: figures of every search round, and the end with page and prompt."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fedbbpt.config.prepare import Prepared
from fedbbpt.experiment.stages import Progress
from fedbbpt.runs.directory import REPORT, TUNED
from fedbbpt.runs.phrases import find_cell
from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Results, Stats
from fedbbpt.safe_text import safe_text
from fedbbpt.server import RoundSummary
from fedbbpt.splits import split_digest
from fedbbpt.trackers import Started
from fedbbpt.trackers.process import Telling, telling

SEARCH = "search"


class Followed:
    """What a run tells; to nobody where no tracker is named."""

    def __init__(self, told: Telling | None) -> None:
        self._told = told

    @property
    def warning(self) -> str:
        """What did not arrive; empty where all did. Known once the tracker was left."""
        return self._told.warning if self._told else ""

    def beside(self, progress: Progress) -> Progress:
        """Return a ``progress`` that also tells the rounds of the run's own search."""

        def told(stage: str, summary: RoundSummary) -> None:
            progress(stage, summary)
            if self._told and stage == SEARCH:
                self._told.round(stage, summary.round, round_figures(summary))

        return told

    def finished(self, results: Results, stats: Stats, prompt: str) -> None:
        """Tell the end; the page goes without what only a simulation shows: it holds examples."""
        if self._told:
            files = {REPORT: render_report(results, stats), TUNED: f"{safe_text(prompt)}\n"}
            self._told.finished(final_figures(results, stats), files)


@asynccontextmanager
async def followed(prepared: Prepared, folder: Path) -> AsyncIterator[Followed]:
    """Open the run's tracker for a ``with`` block; its failures never reach the run."""
    if prepared.tracker is None:
        yield Followed(None)
        return
    async with telling(prepared.tracker, _started(prepared, folder), folder) as told:
        yield Followed(told)


def round_figures(summary: RoundSummary) -> dict[str, float]:
    """Return what a tracker is told about a round."""
    figures: dict[str, float] = {
        "requests": summary.requests,
        "candidates": summary.candidates,
        "missing": summary.missing,
        "unreadable": summary.unreadable,
    }
    if summary.candidates:
        figures |= {"best_loss": summary.best_loss, "mean_loss": summary.mean_loss}
    if summary.score:
        score = summary.score
        figures |= {"score": score.score, "score_low": score.low, "score_high": score.high}
    return figures


def final_figures(results: Results, stats: Stats) -> dict[str, float]:
    """Return what a tracker is told about the end."""
    test, gate = results.test, results.gate
    figures: dict[str, float] = {
        "accepted": float(gate.accepted),
        "dev/gain": gate.comparison.gain,
        "dev/p_value": gate.comparison.p_value,
        "dev/noise_floor": gate.noise_floor,
        "test/gain": test.comparison.gain,
        "test/gain_low": test.comparison.low,
        "test/gain_high": test.comparison.high,
        "test/p_value": test.comparison.p_value,
        "test/items": test.n,
        "calls": stats.calls,
        "prompt_tokens": stats.prompt_tokens,
        "completion_tokens": stats.completion_tokens,
    }
    for prompt in ("start", "tuned"):
        cell = find_cell(test.cells, prompt)
        if cell is not None:
            figures[f"test/{prompt}"] = cell.score
    return figures


def _started(prepared: Prepared, folder: Path) -> Started:
    run = prepared.run
    settings = {
        "recipe": run.recipe,
        "seed": str(run.seed),
        "metric": str(run.scoring.metric["use"]),
        "owners": str(len(prepared.owners)),
        "simulation": str(run.simulation is not None).lower(),
        "config_digest": run.identity,
        "fingerprint": prepared.fingerprint,
        "split": split_digest(prepared.data),
    }
    return Started("", run.task.name, str(folder.absolute()), settings)
