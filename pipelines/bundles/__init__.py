"""Incident to a folder that stands alone: bundles, their check, their way back in, and the other exports.

The door. A bundle is written from the public views and the archive; it verifies and opens without wiredesk.
"""

from __future__ import annotations

from pathlib import Path

from .countries import country_name
from .everything import FORMATS, export_all
from .export import export
from .feeds import Change, atom, change_id
from .importing import BundleContent, ImportPlan, articles_of, plan_import, read_bundle, write_rows
from .safety import BundleError
from .signing import check_signature, fingerprint, load_key
from .verifier import Problem, UnreadableError, check_files, read_files

VERSION = "bundles-1"

__all__ = [
    "FORMATS",
    "VERSION",
    "BundleContent",
    "BundleError",
    "Change",
    "ImportPlan",
    "Problem",
    "articles_of",
    "atom",
    "change_id",
    "country_name",
    "export",
    "export_all",
    "fingerprint",
    "load_key",
    "plan_import",
    "read_bundle",
    "verify",
    "write_rows",
]


def verify(bundle: Path, *, trusted: bytes | None = None) -> list[Problem]:
    """Everything wrong with a bundle; an empty list when it is whole.

    :param bundle: a folder or a ZIP.
    :param trusted: PEM of the public key that must have signed it; without it a signature need only fit its own key.
    """
    try:
        files = read_files(bundle)
    except (UnreadableError, OSError) as error:
        return [Problem("unreadable", bundle.name, str(error))]
    return check_files(files) + check_signature(files, trusted)
