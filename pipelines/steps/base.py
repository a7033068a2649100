"""What every step of the line is: it names what is pending, loads it, computes without the database, saves.

The line (:mod:`pipelines.line`) runs the steps; a room (:mod:`pipelines.reading` …) knows nothing of either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.profiles import Profile


@dataclass(frozen=True, slots=True)
class Context:
    """What a run is given: no step reads the clock, the environment or a global."""

    data_dir: Path
    run_id: str
    now: datetime
    profile: str
    translation_model: str | None = None
    """The Argos package to use, by name; ``None`` takes the installed zh→en package that is no sample."""

    @property
    def archive_dir(self) -> Path:
        return self.data_dir / "archive"


@dataclass(frozen=True, slots=True)
class Task:
    """One input of a step. ``input_sha256`` names its content: when that changes, the work is done again."""

    subject_id: str
    input_sha256: str
    batch: str = ""
    """Tasks of different batches never share a transaction (incidents: one batch a day)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one input, and the rows to write for it."""

    subject_id: str
    input_sha256: str
    outcome: str
    reason: str = ""
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class Step(Protocol):
    """One stage of the line over the store."""

    name: str
    chunk: int
    """Inputs per transaction: what a crash can cost in repeated work."""

    @property
    def version(self) -> str:
        """Versions of the room, its models and word lists: stored with every result."""

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        """What is not done, in an order that depends on the content alone."""

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        """Everything that :meth:`compute` needs from the database."""

    def compute(self, tasks: Sequence[Task], loaded: Any) -> Iterable[Result]:
        """One result per task, in any order; the database is closed meanwhile."""

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        """Write the rows of the results; runs inside the transaction that also records the outcomes."""

    def forget(self, con: DuckDBPyConnection) -> None:
        """Nothing of this step is done any more (``run --from``)."""


class ProfileStep:
    """What the steps share that judge by the run's profile."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @cached_property
    def profile(self) -> Profile:
        from pipelines import profiles

        return profiles.load(self.context.profile)


def sha256_of(*parts: str | None) -> str:
    """A hash of parts that keeps them apart and tells ``None`` from empty."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"\x00" if part is None else b"\x01" + part.encode("utf-8", "surrogatepass"))
        digest.update(b"\x1e")
    return digest.hexdigest()


PENDING = """
SELECT s.subject_id, s.input_sha256
FROM ({subjects}) s
LEFT JOIN store.stage_result r ON r.stage = '{stage}' AND r.subject_id = s.subject_id
WHERE r.subject_id IS NULL OR r.input_sha256 IS DISTINCT FROM s.input_sha256{again}
ORDER BY {order}
"""


def pending(con: DuckDBPyConnection, stage: str, subjects: str, order: str, again: str = "") -> list[Task]:
    """Subjects (a query giving ``subject_id``, ``input_sha256`` and what ``order`` names) without a current result."""
    sql = PENDING.format(stage=stage, subjects=subjects, order=order, again=f" OR ({again})" if again else "")
    return [Task(subject, sha) for subject, sha in con.execute(sql).fetchall()]


TOLD = "told"
"""Version of results that no stage made: a share-safe bundle told them, and there is no body to judge again."""


def forget_stage(con: DuckDBPyConnection, stage: str) -> None:
    con.execute("DELETE FROM store.stage_result WHERE stage = ? AND version <> ?", [stage, TOLD])


def in_list(con: DuckDBPyConnection, ids: Sequence[str]) -> None:
    """Put ``ids`` into the temporary table ``chunk(subject_id, position)`` for joins."""
    con.execute("CREATE OR REPLACE TEMP TABLE chunk (subject_id VARCHAR, position BIGINT)")
    if ids:
        con.execute(
            "INSERT INTO chunk SELECT unnest(?::VARCHAR[]), generate_subscripts(?::VARCHAR[], 1)", [ids, ids]
        )
