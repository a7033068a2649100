"""The stages in order: run what is not done, resume where it stopped, count every input once.

*outlet page → archive → article → language → text → relevance → translation → labels → incident*

A stage reads its inputs, closes the database, computes, opens it again and writes results and outcomes in one
transaction. So a crash at any moment costs at most one chunk of repeated work and never a stored row.
"""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import runlog, versions
from pipelines.steps import decisions, landing, outlets
from pipelines.steps.base import Context, Result, Step, Task, in_list
from pipelines.steps.incidents import FeaturesStep, IncidentsStep
from pipelines.steps.labels import LabelsStep
from pipelines.steps.language import LanguageStep
from pipelines.steps.reading import ReadingStep
from pipelines.steps.relevance import RelevanceStep
from pipelines.steps.revisions import RevisionsStep, age
from pipelines.steps.search import SearchStep
from pipelines.steps.texts import SignaturesStep, TextsStep
from pipelines.steps.translation import TranslationStep
from pipelines.store import Store, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STEPS: tuple[Callable[[Context], Step], ...] = (
    ReadingStep,
    LanguageStep,
    SignaturesStep,
    TextsStep,
    RelevanceStep,
    TranslationStep,
    LabelsStep,
    FeaturesStep,
    IncidentsStep,
    RevisionsStep,
    SearchStep,
)
STAGES = ("reading", "language", "texts", "relevance", "translation", "labels", "incidents")
"""The names that ``wiredesk stage`` and ``run --from/--to`` know; ``signatures`` belongs to ``texts``, ``revisions`` to
``incidents``, and ``search`` indexes at the end of every run what the others changed."""

Progress = Callable[[str, int, int], None]
"""Called with stage, inputs done and inputs in all."""


class LineError(Exception):
    """The line cannot go on; the message says where it stopped."""


class BusyError(LineError):
    """Another run is at work."""


@dataclass(slots=True)
class Funnel:
    """What came in to each stage and what became of it, in the order of the line."""

    landed: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    """A sentence for each decision that came to nothing."""
    stages: dict[str, Counter[str]] = field(default_factory=dict)
    inputs: dict[str, int] = field(default_factory=dict)
    older: dict[str, int] = field(default_factory=dict)
    """Stage → its stored results that an earlier version of it made, after the run."""

    @property
    def idle(self) -> bool:
        """Nothing came in, and no stage had anything to do."""
        return not (self.landed or self.decisions.keys() - {"waiting"} or any(self.inputs.values()))

    def add(self, other: Funnel) -> None:
        """Count another run's funnel with this one."""
        self.landed += other.landed
        self.decisions = _later(self.decisions, other.decisions)
        self.told += other.told
        for stage, outcomes in other.stages.items():
            self.stages.setdefault(stage, Counter()).update(outcomes)
            self.inputs[stage] = self.inputs.get(stage, 0) + other.inputs[stage]
        self.older = other.older

    def check(self) -> None:
        """:raises LineError: when a stage has not answered each input exactly once."""
        for stage, outcomes in self.stages.items():
            if sum(outcomes.values()) != self.inputs[stage]:
                raise LineError(
                    f"{stage} took {self.inputs[stage]} inputs and answered {sum(outcomes.values())}: nothing of it can be trusted"
                )


def run(
    store: Store,
    context: Context,
    *,
    command: str,
    first: str | None = None,
    last: str | None = None,
    progress: Progress | None = None,
    again: runlog.Entry | None = None,
) -> Funnel:
    """Run the line over everything that has landed and is not done.

    :param first: a stage to do again from, with all that follow; ``None`` does only what is not done.
    :param last: the last stage to run.
    :param again: the entry of an earlier run that is done again: only what that run took in comes in, and nothing is
        logged.
    :raises LineError: when inputs and outcomes of a stage do not add up, or another run is at work.
    """
    steps = [make(context) for make in STEPS]
    # the first half of a stage that has two: its signatures, its features
    halves = {"texts": "signatures", "incidents": "features"}
    begin = _position(steps, halves.get(first, first)) if first else 0
    end = _position(steps, last) if last else len(steps) - 1
    if last == "incidents":
        end = len(steps) - 1
    todo = steps[begin : end + 1] if end == len(steps) - 1 else [*steps[begin : end + 1], steps[-1]]
    with alone(context.data_dir):
        store.prepare(now=context.now)
        funnel = Funnel()
        with store.write() as con:
            broken = con.execute(
                "UPDATE store.run SET outcome = 'interrupted' WHERE outcome = 'running' RETURNING run_id"
            ).fetchall()
            before = dict(con.execute("SELECT file, bytes_read FROM store.journal_position").fetchall())
            _begin(con, context, command, {step.name: step.version for step in steps})
            _same_profile(con, context, first)
            outlets.fold_outlets(con)
            funnel.landed = landing.fold_landing(
                con, context.data_dir / "landing", again.landing if again else None
            )
            early = decisions.fold_decisions(con, context, again.decisions if again else None)
            if first:
                for step in steps[begin:]:
                    step.forget(con)
        late = decisions.Folded(Counter())
        for step in todo:
            _run_step(store, context, step, funnel, progress)
            if step.name == "incidents":
                with store.write() as con:  # decisions on incidents that did not exist until now
                    late = decisions.fold_decisions(con, context, again.late if again else None)
        funnel.decisions = _later(early.counts, late.counts)
        funnel.told += [*early.told, *late.told]
        funnel.check()
        with store.write() as con:
            end_run(con, context)
            funnel.older = versions.older(con, steps)
            taken = landing.lines_taken(con, context.data_dir, {} if broken else before)
            new = _unlogged(con, context.data_dir, late.new) if broken else early.new
            if again is None:  # before it counts as done: a run that is cut off here is logged by the next
                runlog.append(
                    context.data_dir,
                    runlog.Entry(
                        run_id=context.run_id,
                        command=command,
                        started=context.now.isoformat(),
                        profile=context.profile,
                        model=context.translation_model,
                        first=first,
                        last=last,
                        landing=taken,
                        decisions=new,
                        late=late.new,
                        idle=funnel.idle and not (taken or new or late.new),
                    ),
                )
        return funnel


def _begin(con: DuckDBPyConnection, context: Context, command: str, versions: dict[str, str]) -> None:
    row = {
        "run_id": context.run_id,
        "command": command,
        "started": context.now,
        "outcome": "running",
        "versions": versions,
    }
    insert(con, "store.run", [row], replace=("run_id",))


def _unlogged(con: DuckDBPyConnection, data_dir: Path, late: Sequence[str]) -> tuple[str, ...]:
    """Decisions that no entry of the run log holds: an interrupted run had taken them in."""
    known = {name for entry in runlog.read(data_dir) for name in (*entry.decisions, *entry.late)} | {*late}
    rows = con.execute(
        "SELECT decision_id FROM store.decision WHERE outcome <> 'imported' ORDER BY position"
    ).fetchall()
    return tuple(name for (name,) in rows if name not in known)


def end_run(con: DuckDBPyConnection, context: Context) -> None:
    """A run has done its work: incidents without a late report grow quiet, and the run says so."""
    age(con, context.now)
    con.execute(
        "UPDATE store.run SET outcome = 'done', finished = ? WHERE run_id = ?", [context.now, context.run_id]
    )


def idle_again(store: Store, context: Context, command: str) -> None:
    """A run that found nothing to do, done again: its own row, and what its moment made quiet."""
    with store.write() as con:
        _begin(con, context, command, {make(context).name: make(context).version for make in STEPS})
        end_run(con, context)


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """One line at a time on a data folder: two would group the same day twice, each blind to the other's incidents.

    :raises BusyError: when another run is at work.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "run.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"another run is at work on {data_dir}: wait until it has ended") from error
        yield


def _same_profile(con: DuckDBPyConnection, context: Context, first: str | None) -> None:
    """:raises LineError: when another profile judged this database: its labels and ours must not stand mixed."""
    judged = [
        name for (name,) in con.execute("SELECT DISTINCT profile FROM store.relevance ORDER BY 1").fetchall()
    ]
    again = first in STAGES and STAGES.index(first) <= STAGES.index("relevance")
    if not again and any(name not in (context.profile, "imported") for name in judged):
        raise LineError(
            f"this database was judged by the profile {judged[0]}, not {context.profile}: "
            "take another data folder, or judge all of it again with --from relevance"
        )


def _later(first: Counter[str], second: Counter[str]) -> Counter[str]:
    """Outcomes of decisions after both times that they were folded in: who waited is counted where it ended."""
    counts = first + second
    counts["waiting"] = second["waiting"]
    return +counts


def _position(steps: Sequence[Step], name: str) -> int:
    for position, step in enumerate(steps):
        if step.name == name:
            return position
    raise LineError(f"there is no stage {name}: the stages are {', '.join(STAGES)}")


def _run_step(store: Store, context: Context, step: Step, funnel: Funnel, progress: Progress | None) -> None:
    with store.read() as con:
        tasks = step.pending(con)
    funnel.inputs[step.name] = len(tasks)
    outcomes = funnel.stages.setdefault(step.name, Counter())
    done = 0
    for chunk in _chunks(tasks, step):
        with store.read() as con:
            loaded = step.load(con, chunk)
        results = _complete(step, chunk, list(step.compute(chunk, loaded)))
        with store.write() as con:
            step.save(con, results)
            _record(con, context, step, results)
        outcomes.update(result.outcome for result in results)
        done += len(chunk)
        if progress:
            progress(step.name, done, len(tasks))
    if step.name == "incidents" and tasks:
        _count_as_ended(store, context, step, tasks, outcomes)


def _count_as_ended(
    store: Store, context: Context, step: Step, tasks: Sequence[Task], outcomes: Counter[str]
) -> None:
    """Count each input as it ended: a text that waited may have joined what a later day of the same run opened."""
    with store.write() as con:
        in_list(con, [task.subject_id for task in tasks])
        ended = Counter[str](
            dict(
                con.execute(
                    "SELECT outcome, count(*) FROM store.stage_result JOIN chunk USING (subject_id) "
                    "WHERE stage = ? GROUP BY outcome",
                    [step.name],
                ).fetchall()
            )
        )
        con.execute(
            "DELETE FROM store.stage_count WHERE run_id = ? AND stage = ?", [context.run_id, step.name]
        )
        rows = [
            {"run_id": context.run_id, "stage": step.name, "outcome": outcome, "n": n}
            for outcome, n in sorted(ended.items())
        ]
        insert(con, "store.stage_count", rows)
    outcomes.clear()
    outcomes.update(ended)


def _chunks(tasks: Sequence[Task], step: Step) -> Iterator[Sequence[Task]]:
    for _, batch in groupby(tasks, key=lambda task: task.batch):
        together = list(batch)
        for start in range(0, len(together), step.chunk):
            yield together[start : start + step.chunk]


def _complete(step: Step, tasks: Sequence[Task], results: list[Result]) -> list[Result]:
    """The results in the order of their tasks; each task exactly once."""
    answered = {result.subject_id: result for result in results}
    if len(answered) != len(results) or answered.keys() != {task.subject_id for task in tasks}:
        lost = sorted({task.subject_id for task in tasks} - answered.keys())
        raise LineError(f"{step.name} lost or doubled an input: {', '.join(lost[:3]) or 'doubled'}")
    return [answered[task.subject_id] for task in tasks]


def _record(con: object, context: Context, step: Step, results: Sequence[Result]) -> None:
    version = step.version
    insert(
        con,  # type: ignore[arg-type]
        "store.stage_result",
        [
            {
                "stage": step.name,
                "subject_id": result.subject_id,
                "input_sha256": result.input_sha256,
                "outcome": result.outcome,
                "reason": result.reason or None,
                "version": version,
                "run_id": context.run_id,
            }
            for result in results
        ],
        replace=("stage", "subject_id"),
    )
    insert(
        con,  # type: ignore[arg-type]
        "store.stage_count",
        [
            {"run_id": context.run_id, "stage": step.name, "outcome": outcome, "n": n}
            for outcome, n in sorted(Counter(result.outcome for result in results).items())
        ],
    )
