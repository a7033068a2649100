"""Takes a share-safe bundle in as it stands: its rows into the store, and the bundle itself kept for a rebuild.

It has no pages from which the line could make its record again, so the bundle is the only source that there is.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import line, runlog
from pipelines.steps.base import TOLD, Context
from pipelines.store import Store, fsync_folder, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.bundles import ImportPlan

FOLDER = "imports"


def keep(data_dir: Path, bundle: Path, name: str) -> str:
    """A copy of ``bundle`` (a folder or a ZIP) in the data folder; returns its path in there.

    :param name: of the content, so that the same bundle is kept once.
    """
    target = data_dir / FOLDER / (f"{name}.zip" if bundle.is_file() else name)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.part")
        if partial.is_dir():
            shutil.rmtree(partial)
        if bundle.is_file():
            shutil.copyfile(bundle, partial)
        else:
            shutil.copytree(bundle, partial)
        for path in (partial, *partial.rglob("*")):
            if path.is_file():
                with path.open("rb") as handle:
                    os.fsync(handle.fileno())
        partial.replace(target)
        fsync_folder(target.parent)
    return str(target.relative_to(data_dir))


def tell(store: Store, context: Context, plan: ImportPlan, kept: str | None = None) -> None:
    """Write the plan's rows in one transaction, and that no stage has to judge them again.

    :param kept: where :func:`keep` put the bundle, for the run log; ``None`` for an import that is done again.
    """
    from pipelines import bundles

    with store.write() as con:
        bundles.write_rows(con, plan)
        _told(con, context, plan.subjects)
        if kept is not None:  # before the rows count: what is told is in the log
            started = context.now.isoformat()
            entry = runlog.Entry(run_id=context.run_id, command="import", started=started, bundle=kept)
            runlog.append(context.data_dir, entry)


def _told(con: DuckDBPyConnection, context: Context, subjects: set[str]) -> None:
    """What a share-safe bundle told counts as done: it has no body that a stage could judge again."""
    for make in line.STEPS:
        step = make(context)
        told = [
            {
                "stage": step.name,
                "subject_id": task.subject_id,
                "input_sha256": task.input_sha256,
                "outcome": "ok",
                "reason": "told by a share-safe bundle",
                "version": TOLD,
                "run_id": context.run_id,
            }
            for task in step.pending(con)
            if task.subject_id in subjects
        ]
        insert(con, "store.stage_result", told, replace=("stage", "subject_id"))
