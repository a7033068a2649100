"""The command line from outside: help, exit codes, sentences instead of tracebacks, JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines import decisions
from pipelines.cli import VERBS, cli, hoist, main
from pipelines.cli.common import Session, UserError
from pipelines.store import Store, StoreBusyError


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "--help")
    assert code == 0
    assert all(f"  {verb} " in out for verb in VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    code, out, err = call(capsys, verb, "--help")
    assert code == 0, err
    assert out.startswith("Usage: wiredesk")


def test_no_list_of_commands_cuts_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = 0
    for verb in ("", *VERBS):
        _, out, _ = call(capsys, *filter(None, [verb]), "--help")
        _, _, commands = out.partition("\nCommands:\n")
        listed += commands.count("\n")
        assert [line for line in commands.splitlines() if not line.endswith(".")] == [], verb
    assert listed > 2 * len(VERBS)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["incident", "list"], 1, "wiredesk run makes it"),
        (["query", "SELECT 1"], 1, "wiredesk run makes it"),
        (["query", ""], 2, "the query is empty"),
        (["query", " ; -- nothing\n/* at\nall */"], 2, "the query is empty"),
        (["explain", " "], 2, "nothing is asked"),
        (["store", "status"], 1, "wiredesk run makes it"),
        (["store", "forget", "https://udn.com/news/story/1/1"], 1, "wiredesk run makes it"),
        (["incident", "list", "--since", "2026-13-99"], 2, "--since takes a day"),
        (["article", "fix", "udn:1", "published", "yesterday"], 1, "wiredesk run makes it"),
        (["explain", "https://udn.com/news/story/1/1"], 1, "wiredesk run makes it"),
        (["crawl", "udm"], 2, "udn"),
        (["crawl", "udn", "--since", "yesterday"], 2, "--since takes"),
        (["frobnicate"], 2, "No such command"),
        (["run", "--from", "labels", "--to", "reading"], 2, "comes after"),
        (["run", "--profile", "no-such-profile"], 1, "no profile"),
        (["import", "{tmp}"], 1, "manifest.jsonl"),
        (["import", "{tmp}/nothing.jsonl"], 2, "does not exist"),
        (["bundle", "verify", "{tmp}"], 1, "not as it was exported"),
        (["model", "install", "{tmp}/nothing.argosmodel"], 1, "nothing.argosmodel"),
        (["stage", "reading", "{tmp}/nothing", "out"], 2, "does not exist"),
    ],
)
def test_mistakes_get_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    full = ["--data", str(tmp_path / "data"), *(part.format(tmp=tmp_path) for part in arguments)]
    got, out, err = call(capsys, *full)
    assert got == code, err
    assert says in err
    assert "Traceback" not in err + out


def test_global_options_may_stand_anywhere() -> None:
    assert hoist(["incident", "list", "--json", "--data", "x", "-q"]) == [
        "--json",
        "--data",
        "x",
        "-q",
        "incident",
        "list",
    ]
    assert hoist(["query", "--", "--json"]) == ["query", "--", "--json"]


def test_a_run_without_anything_landed_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = call(capsys, "--data", str(tmp_path / "data"), "run")
    assert code == 0
    assert "nothing to do" in out


def test_json_lines_come_out_as_json_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call(capsys, "--data", str(tmp_path / "data"), "run")
    code, out, _ = call(
        capsys, "--data", str(tmp_path / "data"), "--json", "query", "SELECT 1 AS n, ['a,b'] AS l"
    )
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [{"n": 1, "l": ["a,b"]}]


def test_what_is_no_json_number_is_null(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call(capsys, "--data", str(tmp_path / "data"), "run")
    _, out, _ = call(capsys, "--data", str(tmp_path / "data"), "--json", "query", "SELECT 'nan'::DOUBLE AS n")
    assert json.loads(out) == {"n": None}


def test_another_profile_is_not_mixed_in(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call(capsys, "--data", str(tmp_path / "data"), "run")
    with Store(tmp_path / "data").write() as con:
        con.execute("INSERT INTO store.relevance VALUES ('t', true, 1, 'ai-incidents')")
    code, _, err = call(capsys, "--data", str(tmp_path / "data"), "run", "--profile", "cyber-incidents")
    assert code == 1
    assert "--from relevance" in err


def test_a_table_that_is_not_there_leads_to_those_that_are(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    call(capsys, "--data", str(tmp_path / "data"), "run")
    code, _, err = call(capsys, "--data", str(tmp_path / "data"), "query", "SELECT * FROM incident")
    assert code == 1
    assert "there is no table incident (did you mean incidents?)" in err
    assert "incident_history" in err
    assert "docs/data.md" in err
    _, _, err = call(capsys, "--data", str(tmp_path / "data"), "query", "SELECT nope FROM incidents")
    assert "nope" in err
    assert "there is no table" not in err


def test_csv_neutralises_formulas(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call(capsys, "--data", str(tmp_path / "data"), "run")
    _, out, _ = call(
        capsys, "--data", str(tmp_path / "data"), "query", "--csv", "SELECT '=1+1' AS a, -5 AS b"
    )
    assert out.splitlines() == ["a,b", "'=1+1,-5"]


def test_the_group_lists_what_the_table_holds() -> None:
    assert set(cli.list_commands(None)) == set(VERBS)  # type: ignore[attr-defined, arg-type]


def test_a_decision_does_not_wait_for_the_database(
    capsys: pytest.CaptureFixture[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def held(_data_dir: Path, *, wait: float) -> Iterator[None]:
        raise StoreBusyError(f"another process is using it, after {wait} s")
        yield

    monkeypatch.setattr("pipelines.cli.common.reader", held)
    code, out, err = call(capsys, "--data", str(data_dir), "incident", "note", "2026-10-20-aaaa", "look")
    assert (code, "written down" in out) == (0, True), err
    assert [one.action for _, _, one in decisions.read(data_dir)] == ["note"]


def test_a_machine_without_a_name_for_the_user_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.delenv("WIREDESK_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", unknown)
    session = Session.make(None, as_json=False, quiet=False, verbose=False)
    with pytest.raises(UserError, match="--as NAME, or set WIREDESK_USER"):
        session.user(None)
    assert session.user("ann") == "ann"


@pytest.fixture
def two_incidents(tmp_path: Path) -> Path:
    """Incident aaaa of the texts t1 and t2, bbbb of t3, and cccc that was merged into bbbb."""
    from tests.line.test_decisions import Desk

    desk = Desk(tmp_path / "data")
    desk.decide("incident", "2026-10-20-aaaa", "split", {"texts": ["t2"]})
    desk.decide("incident", "2026-10-20-aaaa", "merge", {"into": "2026-10-21-bbbb"})
    desk.decide("incident", "2026-10-21-bbbb", "note", {"note": "seen"})
    desk.fold()
    return desk.data_dir


A, B = "2026-10-20-aaaa", "2026-10-21-bbbb"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["incident", "merge", A, B], "are one already"),
        (["incident", "merge", B, B], "into itself"),
        (["incident", "merge", B, "2026-10-21-bbbc"], f"did you mean {B}"),
        (["incident", "split", B, "t2"], "t2 is not in"),
        (["incident", "split", B, "t1", "t3", "t4"], "nothing to split it from"),
        (["incident", "move", "t2", B, "none"], "t2 is not in"),
        (["incident", "move", "t2", "none", "none"], "from none to none moves nothing"),
        (["incident", "move", "t1", B, B], "moves nothing"),
        (["incident", "title", B, "  "], "a title needs words"),
        (["incident", "label", B, "class", "accident"], "class has no value 'accident'"),
        (["incident", "undo", "d-nothing"], "the journal has no decision"),
        (["article", "drop", "udn:nothing"], "there is no article"),
        (["article", "fix", "udn:1", "authors", '"Ann"'], "authors are a list"),
    ],
)
def test_a_decision_that_cannot_come_to_anything_is_not_written(
    capsys: pytest.CaptureFixture[str], two_incidents: Path, words: list[str], says: str
) -> None:
    before = len(list(decisions.read(two_incidents)))
    code, _, err = call(capsys, "--data", str(two_incidents), *words, "--as", "bob")
    assert (code, says in err) == (2, True), err
    assert len(list(decisions.read(two_incidents))) == before


def test_what_is_decided_about_a_merged_incident_holds_where_it_went(
    capsys: pytest.CaptureFixture[str], two_incidents: Path
) -> None:
    code, _, err = call(capsys, "--data", str(two_incidents), "incident", "note", A, "seen", "--as", "bob")
    assert code == 0
    assert f"{A} was merged into {B}" in err


def test_a_decision_is_taken_back_once(capsys: pytest.CaptureFixture[str], two_incidents: Path) -> None:
    split, merge, _ = (one.decision_id for _, _, one in decisions.read(two_incidents))
    base = ["--data", str(two_incidents), "incident", "undo"]
    assert call(capsys, *base, merge, "--as", "bob")[0] == 0
    code, _, err = call(capsys, *base, merge, "--as", "ann")
    assert (code, "was taken back already, by d-" in err) == (2, True), err
    undo = [one.decision_id for _, _, one in decisions.read(two_incidents)][-1]
    code, _, err = call(capsys, *base, undo, "--as", "ann")
    assert (code, "decide it again" in err) == (2, True), err
    assert call(capsys, *base, split, "--as", "ann")[0] == 0


def test_the_funnel_says_of_each_drop_what_it_means() -> None:
    from pipelines.cli.run import rows_of
    from pipelines.line import Funnel

    unread = ["http_404", "robots_forbidden"]
    drops = [
        "soft_404",
        "paywall",
        "script_redirect",
        "empty_body",
        "no_url",
        "list_page",
        "not_html",
        "video_page",
    ]
    rows = rows_of(
        Funnel(Counter(unread), stages={"reading": Counter(drops)}, inputs={"reading": len(drops)})
    )
    assert sorted(str(row["outcome"]) for row in rows) == sorted(unread + drops)
    assert all(row["means"] for row in rows)


def test_a_run_that_only_wrote_records_anew_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from pipelines.cli.run import show
    from pipelines.line import Funnel

    session = Session(tmp_path, False, False, False)
    show(session, Funnel(stages={"revisions": Counter(ok=1)}, inputs={"revisions": 1}))
    show(session, Funnel())
    assert capsys.readouterr().out.splitlines() == [
        "Nothing new has landed; 1 incident record was written anew.",
        "Nothing new has landed: nothing to do.",
    ]
