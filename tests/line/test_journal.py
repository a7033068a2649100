"""The journal of decisions: nothing written down is lost, torn lines harm nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from pipelines import decisions

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def note(text: str, who: str = "ann") -> decisions.Decision:
    return decisions.make(
        "incident", "2026-10-20-aaaa", "note", {"note": text}, reason="", made_by=who, made=NOW
    )


def test_what_is_appended_is_read_back(data_dir: Path) -> None:
    first, second = note("one"), note("two")
    decisions.append(data_dir, first)
    decisions.append(data_dir, second)
    assert [d for _, _, d in decisions.read(data_dir)] == [first, second]


def test_a_line_may_be_torn_at_any_byte(data_dir: Path) -> None:
    """Also right after a nested brace, in the middle of a character, or before the newline alone."""
    decisions.append(data_dir, note("一"))
    path = decisions.append(data_dir, note("二"))
    first, second, _ = path.read_bytes().split(b"\n")
    for cut in range(len(second) + 1):
        path.write_bytes(first + b"\n" + second[:cut])
        kept = ["一", "二"] if cut == len(second) else ["一"]
        assert [d.after["note"] for _, _, d in decisions.read(data_dir)] == kept, cut
        decisions.append(data_dir, note("三"))
        assert [d.after["note"] for _, _, d in decisions.read(data_dir)] == [*kept, "三"], cut
    assert path.with_name(f"{path.name}.torn").read_bytes().split(b"\n")[-2] == second[:-1]


def test_a_damaged_line_between_others_stops_the_reading(data_dir: Path) -> None:
    """What was confirmed to somebody must not vanish silently."""
    path = decisions.append(data_dir, note("one"))
    path.write_bytes(path.read_bytes()[:-20] + b"\n")
    with pytest.raises(decisions.JournalError, match="line 1 is no decision"):
        list(decisions.read(data_dir))


def test_a_rewriting_loses_no_decision_that_is_made_meanwhile(data_dir: Path) -> None:
    path = decisions.append(data_dir, note("one"))

    def change(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "after": {"note": "taken out"}} if row["after"]["note"] == "one" else row

    assert decisions.rewrite(data_dir, change) == 1
    assert decisions.rewrite(data_dir, change) == 0
    decisions.append(data_dir, note("two"))
    assert [d.after["note"] for _, _, d in decisions.read(data_dir)] == ["taken out", "two"]
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]


def test_a_line_that_is_no_decision_stops_the_reading_with_its_place(data_dir: Path) -> None:
    path = decisions.append(data_dir, note("one"))
    with path.open("ab") as handle:
        handle.write(b'{"decision": "unknown form"}\n')
    with pytest.raises(decisions.JournalError, match=r"2026-11\.jsonl line 2"):
        list(decisions.read(data_dir))


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(ValueError, match="no decision 'explode'"):
        decisions.make("incident", "x", "explode", {}, reason="", made_by="ann", made=NOW)


def _write_many(folder: str, who: str) -> None:
    for n in range(40):
        decisions.append(Path(folder), note(f"{who} {n}", who))


def test_two_analysts_at_once_lose_nothing(data_dir: Path) -> None:
    spawn = get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(str(data_dir), who)) for who in ("ann", "bob")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = [d.after["note"] for _, _, d in decisions.read(data_dir)]
    assert sorted(found) == sorted(f"{who} {n}" for who in ("ann", "bob") for n in range(40))


@pytest.mark.parametrize(
    "wrong",
    [{"action": "explode"}, {"subject_id": 5}, {"made_by": None}, {"after": []}, {"subject": ["incident"]}],
)
def test_a_line_with_what_no_decision_has_is_named(data_dir: Path, wrong: dict[str, Any]) -> None:
    row = {
        "decision_id": "d-1", "subject": "incident", "subject_id": "x", "action": "note", "after": {"note": "seen"},
        "reason": "", "made_by": "ann", "made": "2026-11-23T00:00:00+00:00", **wrong,
    }  # fmt: skip
    (data_dir / "decisions").mkdir()
    (data_dir / "decisions" / "2026-11.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(decisions.JournalError, match="line 1"):
        list(decisions.read(data_dir))
