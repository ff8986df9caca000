"""Which endpoints are examined: one named on the spot, or all that a run file names."""

from collections.abc import Mapping
from typing import NamedTuple

from fedbbpt.config.endpoints import connector
from fedbbpt.config.places import SHARED
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.sections import Table
from fedbbpt.diagnosis.asking import asker_over
from fedbbpt.diagnosis.examination import examine
from fedbbpt.diagnosis.findings import Findings, Subject
from fedbbpt.diagnosis.patience import Patience
from fedbbpt.endpoints import Connector
from fedbbpt.errors import ConfigError

ALONE = "endpoint"
ALL_OWNERS = "shared endpoint"


class Patient(NamedTuple):
    """An endpoint to examine, and how it is opened."""

    subject: Subject
    connector: Connector


def named_endpoint(table: Table, environment: Mapping[str, str]) -> Patient:
    """Return the endpoint of one table; contacts nobody.

    Raises:
        ConfigError: the table cannot be meant, for example a key over plain http.
    """
    made = connector(table, ALONE, environment)
    return Patient(Subject(ALONE, made.profile(), table), made)


def endpoints_of(prepared: Prepared) -> tuple[Patient, ...]:
    """Return every endpoint of a run; contacts nobody.

    Raises:
        ConfigError: the run asks none: an evaluator does.
    """
    if prepared.scoring.evaluated:
        raise ConfigError(
            "[evaluator] it makes its own calls, so there is no endpoint to examine; give the "
            "doctor the address that it asks"
        )
    tables: dict[str, Table] = {owner.name: owner.endpoint for owner in prepared.run.owners}
    tables[SHARED] = prepared.run.endpoint
    wanted = prepared.scoring.top_logprobs
    return tuple(
        Patient(
            Subject(
                f"owner {name}" if name != SHARED else ALL_OWNERS,
                prepared.profiles[name],
                tables[name],
                # What a run asks for, and what the wire insists on.
                min(wanted, prepared.profiles[name].top_logprobs),
            ),
            made,
        )
        for name, made in prepared.connectors.items()
    )


async def examine_open(patient: Patient, patience: Patience | None = None) -> Findings:
    """Open an endpoint, examine it and close it, with patience while it is loading.

    Raises:
        EndpointError: it cannot be opened.
    """
    async with patient.connector.connect() as wire:
        return await examine(patient.subject, asker_over(wire), patience)
