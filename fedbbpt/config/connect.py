"""A prepared run connected: endpoints open, every owner a client at its own one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fedbbpt.client import Client
from fedbbpt.config.encoding import servers_own
from fedbbpt.config.exemplar_space import home_space
from fedbbpt.config.lines import Line, open_line
from fedbbpt.config.places import SHARED
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.proposing import grants_texts, guard_for
from fedbbpt.data import OwnerData
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.function_wire import ATTEMPTS as EVALUATIONS
from fedbbpt.endpoints.pacing.limiters import Limiters
from fedbbpt.endpoints.pacing.retrying import ATTEMPTS
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.evaluator import Unasked
from fedbbpt.marking import Graded
from fedbbpt.metrics import Grader, Marker, Measuring
from fedbbpt.objective import Objective
from fedbbpt.reasoning.inner import told
from fedbbpt.spaces.embedding import Embedding
from fedbbpt.spaces.growth import LONGEST
from fedbbpt.work.embedding_texts import ENCODER, embedded
from fedbbpt.work.owner import Owner
from fedbbpt.work.propose import PROPOSER, ServerProposer


@dataclass(frozen=True, slots=True)
class Connected:
    """Open endpoints, from which clients are made.

    Attributes:
        prepared: the run.
        lines: open endpoints by owner name, as in ``Prepared.connectors``.
        journal: shared by all of them.
        opened: every endpoint that a client was given, for counting.
        judges: open endpoints that grade, by owner name, as in ``Prepared.judges``.
        measuring: what marks answers in this process, or None.
        writing: the endpoint of the server's own proposer; None where it has none of its own.
        objectives: of every client, for counting.
        embedding: the endpoint that embeds instructions; None where none is asked, or nothing is
            searched.
    """

    prepared: Prepared
    lines: Mapping[str, Line]
    journal: Journal
    opened: list[Batched] = field(default_factory=list)
    judges: Mapping[str, Line] = field(default_factory=dict)
    measuring: Marker | None = None
    writing: Line | None = None
    objectives: list[Objective] = field(default_factory=list)
    embedding: Line | None = None

    def client(self, data: OwnerData, *, line: str | None = None) -> Client:
        """Return a client for an owner's data at its own endpoint, or at another owner's."""
        prepared, name = self.prepared, data.owner if line is None else line
        scoring = prepared.scoring
        objective = Objective(
            reasoning=Unasked() if scoring.evaluated else told(scoring.reasoning, data.train),
            endpoint=self._endpoint(self._line(name), data.owner),
            metric=scoring.metric,
            calibrator=scoring.calibrator,
            bound=scoring.bound,
            marker=self._marker(name, data.owner),
        )
        self.objectives.append(objective)
        sections, proposing = prepared.sections, prepared.proposing
        owner = Owner(
            data=data,
            labels=prepared.run.task.labels,
            space=home_space(prepared.space, data, tuple(prepared.data.values())),
            objective=objective,
            optimizer=prepared.optimizer,
            min_block=sections[data.owner].min_block if data.owner in sections else 1,
            calibration_examples=scoring.calibration_examples,
            replacement=prepared.replacement,
            proposer=None if proposing is None else proposing.growth.proposer,
            grants_texts=grants_texts(prepared.run, sections.get(data.owner)),
            longest_text=LONGEST if proposing is None else proposing.growth.longest,
            guard=guard_for(prepared.run, data, sections.get(data.owner)),
        )
        return Client(owner, prepared.fingerprint)

    def proposer(self) -> ServerProposer | None:
        """Return the server's own proposer; None where the owners propose, or nobody does."""
        proposing = self.prepared.proposing
        if proposing is None or proposing.growth.by_owners:
            return None
        line = self.writing or self.lines.get(SHARED)
        asked = self._endpoint(line, PROPOSER) if proposing.asks and line is not None else None
        growth = proposing.growth
        return ServerProposer(growth.proposer, growth.space, asked, growth.longest)

    async def learn(self, texts: Sequence[str]) -> None:
        """Have all instructions embedded that the bank holds once these texts joined it.

        Raises:
            EndpointError: the endpoint refuses for good, or gives no usable embedding.
            BudgetError: a cap would be passed.
            ConfigError: its embeddings are narrower than the space.
        """
        encoding, line, space = self.prepared.encoding, self.embedding, self.prepared.space
        if encoding is None or line is None or not isinstance(space, Embedding):
            return
        if unknown := encoding.known.unknown(space.grown(texts).texts):
            endpoint = self._endpoint(line, ENCODER)
            encoding.known.learn(await embedded(unknown, endpoint))

    def _line(self, name: str) -> Line:
        return self.lines.get(name) or self.lines[SHARED]

    def _endpoint(self, line: Line, owner: str) -> Batched:
        caps = self.prepared.caps_of(owner)
        wire, carrier = line.wire_of(owner, caps), line.carrier_of(owner, caps)
        endpoint = Batched(wire, line.profile, self.journal, caps, owner, carrier)
        self.opened.append(endpoint)
        return endpoint

    def _marker(self, name: str, owner: str) -> Marker | None:
        scoring = self.prepared.scoring
        if not isinstance(scoring.metric, Grader):
            return self.measuring
        judge = self.judges.get(name) or self.judges.get(SHARED) or self._line(name)
        who = "evaluator" if scoring.evaluated else "judge"
        return Graded(scoring.metric, self._endpoint(judge, owner), who)

    def clients(self) -> dict[str, Client]:
        """Return one client an owner."""
        return {name: self.client(data) for name, data in self.prepared.data.items()}


@asynccontextmanager
async def connected(
    prepared: Prepared, journal: Journal, *, searching: bool = False
) -> AsyncIterator[Connected]:
    """Open every endpoint of a run for the time of a ``with`` block.

    Args:
        prepared: the run.
        journal: shared by all of them.
        searching: points will be searched; only then are instructions embedded by an endpoint.

    Raises:
        EndpointError: an endpoint cannot be opened or refuses for good.
    """
    metric, caps = prepared.scoring.metric, prepared.caps_of
    measuring = metric.open() if isinstance(metric, Measuring) else None
    attempts = EVALUATIONS if prepared.scoring.evaluated else ATTEMPTS
    proposing = prepared.proposing
    writer = None if proposing is None else proposing.connector
    profiles = [*prepared.profiles.values(), *prepared.judge_profiles.values()]
    encoding = prepared.encoding if searching else None
    profiles += servers_own(proposing, encoding).values()
    limiters = Limiters(profiles, steady=prepared.scoring.evaluated)
    async with AsyncExitStack() as stack:
        lines = {}
        for name, connector in prepared.connectors.items():
            owner = name or "shared"
            opening = open_line(connector, journal, caps(name), owner, limiters, attempts)
            lines[name] = await stack.enter_async_context(opening)
        judges = {}
        for name, connector in prepared.judges.items():
            opening = open_line(connector, journal, caps(name), name or "shared", limiters)
            judges[name] = await stack.enter_async_context(opening)
        writing = None
        if writer is not None:
            opening = open_line(writer, journal, caps(PROPOSER), PROPOSER, limiters)
            writing = await stack.enter_async_context(opening)
        embedding = None
        if encoding is not None:
            opening = open_line(encoding.connector, journal, caps(ENCODER), ENCODER, limiters)
            embedding = await stack.enter_async_context(opening)
        yield Connected(
            prepared,
            lines,
            journal,
            judges=judges,
            measuring=measuring,
            writing=writing,
            embedding=embedding,
        )
