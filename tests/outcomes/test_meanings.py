"""Every outcome that a stage can give has its meaning, read out of the source of the stages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler import outlets
from pipelines import outcomes
from pipelines.line import STEPS
from pipelines.reading.outlet_rules import OUTCOMES

ROOT = Path(__file__).parents[2]
SOURCES = {
    "landing": (
        "crawler/outcomes.py", "crawler/robots.py", "crawler/manners.py", "crawler/transport.py",
        "crawler/landinglog.py", "crawler/ways", "crawler/retirement.py", "crawler/takedown.py",
        "pipelines/cli/imports.py", "pipelines/cli/records_map.py", "pipelines/store/takedown.py",
    ),
    "decisions": (
        "pipelines/steps/decisions.py", "pipelines/steps/effects.py", "pipelines/steps/effects_articles.py",
        "pipelines/steps/effects_incidents.py", "pipelines/steps/undoing.py", "pipelines/steps/events.py",
    ),
    "reading": (
        "pipelines/reading", "pipelines/steps/reading.py", "pipelines/steps/ready.py", "pipelines/archive.py",
    ),
    "language": ("pipelines/language", "pipelines/steps/language.py"),
    "texts": ("pipelines/texts/folding.py", "pipelines/texts/filter.py", "pipelines/steps/texts.py"),
    "relevance": ("pipelines/relevance", "pipelines/steps/relevance.py"),
    "translation": ("pipelines/translation/texts.py", "pipelines/translation/stage.py", "pipelines/steps/translation.py"),
    "labels": ("pipelines/labels/judging.py", "pipelines/steps/labels.py"),
    "incidents": ("pipelines/incidents/assign.py", "pipelines/incidents/stage.py", "pipelines/steps/incidents.py"),
    "revisions": ("pipelines/steps/revisions.py",),
    "search": ("pipelines/steps/search.py",),
    "proposals": ("pipelines/labels/proposals.py", "pipelines/steps/proposals.py"),
}  # fmt: skip
"""Where the outcomes of a stage are named."""
PLACES = {"Named": 0, "PageError": 0, "Verdict": 0, "Result": 2, "Ready": 2, "_met": 1, "_passed_over": 1}
"""Calls that take an outcome without a keyword, and at which place."""
SAID_BY = ("_entry", "_read", "outcome_of", "outcome_of_status", "apply", "nothing")
"""Functions that return an outcome, alone or before other things."""
CODE = re.compile(r"[a-z][a-z0-9_]*")
PASSING = {"copy", "twin"}
"""Relations between texts, which their room calls verdicts too."""


def constants(tree: ast.Module) -> dict[str, str]:
    """Names of a module that stand for a text."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }  # fmt: skip


KNOWN = {"OK": "ok", "BAD_FIELD": "bad_field", "LANDED": "landed", "UNCHANGED": "unchanged", "RETIRED": "retired", "FORGOTTEN": "forgotten"}  # fmt: skip
"""Constants that stages import for an outcome."""


def texts(node: ast.expr | None, names: dict[str, str]) -> Iterator[str]:
    """The outcomes that an expression may be."""
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.Name(id=name) if name in names:
            yield names[name]
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body, names)
            yield from texts(orelse, names)
        case ast.BoolOp(values=values):
            for one in values:
                yield from texts(one, names)
        case ast.Tuple(elts=[first, *_]):
            yield from texts(first, names)


def given(path: Path) -> set[str]:
    """The outcomes that a file names where it gives one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = KNOWN | constants(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "outcome":
                        found |= set(texts(keyword.value, names))
                if name in PLACES and len(args) > PLACES[name]:
                    found |= set(texts(args[PLACES[name]], names))
            case ast.Assign(targets=[target], value=value):
                first = target.elts[0] if isinstance(target, ast.Tuple) else target
                if isinstance(first, ast.Name) and first.id == "outcome":
                    found |= set(texts(value, names))
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "outcome":
                        found |= set(texts(value, names))
            case ast.AugAssign(target=ast.Subscript(slice=key), value=_):
                found |= set(texts(key, names)) if "outcomes" in ast.unparse(node.target) else set()
            case ast.FunctionDef(name=name) if (
                name in SAID_BY
                or name.startswith("_incident")
                or "effects" in path.name
                or path.stem == "undoing"
            ):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and isinstance(inner.value, ast.Tuple | ast.Constant):
                        found |= set(texts(inner.value, names))
            case _:
                pass
    return {one for one in found if CODE.fullmatch(one)} - PASSING


def sources(stage: str) -> list[Path]:
    found = [ROOT / one for one in SOURCES[stage]]
    return [path for one in found for path in (sorted(one.rglob("*.py")) if one.is_dir() else [one])]


def named(stage: str) -> set[str]:
    return set().union(*(given(path) for path in sources(stage)))


@pytest.mark.parametrize("stage", sorted(SOURCES))
def test_every_outcome_of_a_stage_has_its_meaning(stage: str) -> None:
    found = named(stage) - {"ok"}
    assert found or stage == "search", "the source names outcomes, and they were read"
    assert {one for one in found if not outcomes.meaning(stage, one)} == set()


@pytest.mark.parametrize("stage", sorted(SOURCES))
def test_no_meaning_is_left_of_an_outcome_that_is_gone(stage: str) -> None:
    elsewhere = {
        "landing": {"listing", "robots", "http", "http_404", "http_410"},  # by kind of line, and by status
        "reading": SIGNS | set(OUTCOMES.values()),
        "decisions": {"imported"},  # pipelines.bundles
    }
    source = "\n".join(path.read_text(encoding="utf-8") for path in sources(stage))
    known = named(stage) | elsewhere.get(stage, set()) | {"ok"}
    assert {
        one for one in outcomes.meanings()[stage] if one not in known and f'"{one}"' not in source
    } == set()


SIGNS = {
    OUTCOMES.get(sign.outcome, sign.outcome)
    for outlet in outlets.all_outlets().values()
    for sign in outlet.not_article
}
"""What outlets' own signs say of a page that is no article."""


def test_an_outlets_own_signs_have_meanings() -> None:
    assert {one for one in SIGNS if not outcomes.meaning("reading", one)} == set()


def test_every_step_of_the_line_has_a_table() -> None:
    steps = {step.name for step in STEPS}  # type: ignore[attr-defined]
    assert steps <= outcomes.meanings().keys()
    assert SOURCES.keys() >= steps - {"signatures", "features"}, "the two that only prepare give ok alone"


def test_meanings_begin_and_end_alike() -> None:
    """Parts of sentences: the funnel shows them as they are, the desk as sentences."""
    for stage, known in outcomes.meanings().items():
        for outcome, said in known.items():
            assert said == said.strip().removesuffix("."), (stage, outcome)
            assert len(said) <= 60, "the funnel cuts what is longer"
            assert said[:1].islower() or said[:2].isupper(), (stage, outcome)
    assert outcomes.sentence("reading", "video_page") == "A film, no text."


def test_a_name_means_what_its_stage_means() -> None:
    assert "outlet" in outcomes.meaning("landing", "refused")
    assert "translator" in outcomes.meaning("translation", "refused")
    assert "language" in outcomes.meaning("language", "undecided")
    assert "class" in outcomes.meaning("labels", "undecided")
    assert outcomes.meaning("landing", "http_503") == "the outlet answered 503 in place of the page"
    assert outcomes.meaning("landing", "http_404") == "the outlet has no such page"
    assert outcomes.meaning("reading", "http_404") == ""
    assert outcomes.meaning("no stage", "ok") == ""


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("not_relevant", "not relevant"),
        ("already_english", "already English"),
        ("http_503", "HTTP 503"),
        ("bad_url", "bad URL"),
        ("in 2026-10-20-ab12_x as report", "in 2026-10-20-ab12_x as report"),
    ],
)
def test_the_name_of_an_outcome_in_words(outcome: str, said: str) -> None:
    assert outcomes.name(outcome) == said
