"""Texts to incident records that live: one real-world event each, found again when a text comes weeks later.

The door of the room. ``features`` is computed once per text and stored; ``assign`` groups a day's texts with each other
and with what the index reaches of the known world; ``filter_rows`` is the same as a filter on rows.
"""

import os

# Before numpy is first imported: one BLAS thread per process (pipelines.embedding says why).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pipelines.incidents.assign import assign
from pipelines.incidents.comparing import Comparison, compare
from pipelines.incidents.features import FEATURES_VERSION, features, from_row, index_keys, to_row
from pipelines.incidents.identity import calendar_day, incident_id
from pipelines.incidents.model import (
    Change,
    Constraints,
    Features,
    Item,
    KnownIncident,
    Membership,
    Outcome,
    Reach,
)
from pipelines.incidents.record import CitedSentence, MemberText, Moment, Record, describe
from pipelines.incidents.settings import Settings, default_settings, settings_digest
from pipelines.incidents.stage import filter_rows
from pipelines.incidents.world import load_features, reach, save_features

VERSION = f"incidents-1+{settings_digest()}+{FEATURES_VERSION}"

__all__ = [
    "FEATURES_VERSION",
    "VERSION",
    "Change",
    "CitedSentence",
    "Comparison",
    "Constraints",
    "Features",
    "Item",
    "KnownIncident",
    "MemberText",
    "Membership",
    "Moment",
    "Outcome",
    "Reach",
    "Record",
    "Settings",
    "assign",
    "calendar_day",
    "compare",
    "default_settings",
    "describe",
    "features",
    "filter_rows",
    "from_row",
    "incident_id",
    "index_keys",
    "load_features",
    "reach",
    "save_features",
    "settings_digest",
    "to_row",
]
