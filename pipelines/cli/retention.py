"""stub"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.cli.common import Session
from pipelines.watch.plan import KeepPlan


def retire(session: Session, keep: KeepPlan) -> Mapping[str, int]:
    return {}
