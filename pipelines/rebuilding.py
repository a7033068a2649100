"""Makes the database again from archive, landing logs, decisions and proposals, run by run as the run log tells.

The new database grows in a folder of its own, whose other content is that of the data folder by links; it takes the
place of the old one when it is whole. Until then the old one answers, and a crash costs nothing but the time.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipelines import intake, line, runlog, translation
from pipelines.steps import proposals
from pipelines.steps.base import Context
from pipelines.steps.landing import lines_taken
from pipelines.store import Store, database_path, fsync_folder

FOLDER = "rebuild"
LINKED = ("archive", "landing", "decisions", "models", intake.FOLDER)
"""What the line reads of a data folder, beside single files."""

Progress = Callable[[str, int, int], None]


def rebuild(
    data_dir: Path,
    *,
    run_id: str,
    now: datetime,
    profile: str | None = None,
    model: str | None = None,
    progress: Progress | None = None,
) -> line.Funnel:
    """Make the database of ``data_dir`` again; returns the funnel of all its runs together.

    The old database is kept beside as ``wiredesk.duckdb.before-rebuild``.

    :param profile: judge by this profile instead of the one that each run had.
    :param model: translate with this package instead of the one that each run had.
    :raises LineError: when another run is at work, or a run cannot be done again.
    :raises JournalError: when a journal, of runs, decisions or proposals, is damaged.
    """
    with line.alone(data_dir):
        entries = list(runlog.read(data_dir)) or [_all_pages(run_id, now)]
        remote = next((entry for entry in entries if translation.is_endpoint(entry.model or "")), None)
        if remote is not None and model is None:  # text leaves the machine only when somebody says so
            raise line.LineError(
                f"the run {remote.run_id} was translated by the endpoint {remote.model}: to ask it again say "
                f"--translate-with {remote.model}, or name a package"
            )
        fresh = _folder(data_dir)
        store = Store(fresh)
        store.prepare(now=now)
        total = line.Funnel()
        for number, entry in enumerate(entries):
            context = Context(
                fresh,
                entry.run_id,
                entry.now,
                profile or entry.profile or "ai-incidents",
                model or entry.model,
            )
            if entry.bundle:
                _tell(store, context, data_dir / entry.bundle)
            elif entry.idle:
                line.idle_again(store, context, entry.command)
            else:
                total.add(
                    line.run(
                        store, context, command=entry.command, first=entry.first, last=entry.last, again=entry
                    )
                )
            if entry.landing is None:
                with store.read() as con:
                    runlog.append(fresh, replace(entry, landing=lines_taken(con, fresh, {})))
            if progress:
                progress("run", number + 1, len(entries))
        last = Context(
            fresh,
            run_id,
            now,
            profile or entries[-1].profile or "ai-incidents",
            model or entries[-1].model,
        )
        # what no entry holds: it came after the last run, or that run was cut off
        total.add(line.run(store, last, command="rebuild", progress=progress))
        if proposed := proposals.fold_again(store):
            total.stages["proposals"], total.inputs["proposals"] = proposed, proposed.total()
        _put_in_place(data_dir, database_path(fresh))
        shutil.rmtree(fresh)
        return total


def _all_pages(run_id: str, now: datetime) -> runlog.Entry:
    """Without a run log: first all pages as if nobody had decided anything yet."""
    return runlog.Entry(run_id=f"{run_id}-pages", command="rebuild", started=now.isoformat(), landing=None)


def _folder(data_dir: Path) -> Path:
    fresh = data_dir / FOLDER
    if fresh.exists():
        shutil.rmtree(fresh)  # what an earlier one left that was cut off: links and half a database
    fresh.mkdir()
    for name in LINKED:
        (data_dir / name).mkdir(exist_ok=True)
        (fresh / name).symlink_to((data_dir / name).resolve(), target_is_directory=True)
    (data_dir / runlog.FILE).touch()
    for path in data_dir.iterdir():
        if path.is_file() and path.suffix in (".tsv", ".toml", ".jsonl"):
            (fresh / path.name).symlink_to(path.resolve())
    return fresh


def _tell(store: Store, context: Context, bundle: Path) -> None:
    from pipelines import bundles

    content = bundles.read_bundle(bundle)
    with store.read() as con:
        plan = bundles.plan_import(con, content)
    if plan.rows:
        intake.tell(store, context, plan)


def _put_in_place(data_dir: Path, fresh: Path) -> None:
    path = database_path(data_dir)
    if path.exists():
        with Store(data_dir).write():
            pass  # nobody else holds it, and its log is folded in
        path.replace(path.with_name(f"{path.name}.before-rebuild"))
    fresh.replace(path)
    fsync_folder(data_dir)
