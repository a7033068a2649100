"""``wiredesk.toml``: what it may say, and a sentence for what it may not."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.watch import WatchError, read_plan
from pipelines.watch.delivery import Receivers, receivers
from pipelines.watch.plan import Limit, MailPlan

KNOWN = {
    "udn": SimpleNamespace(rhythm_minutes=30, timezone="Asia/Taipei", country="TW"),
    "rti": SimpleNamespace(rhythm_minutes=60, timezone="Asia/Taipei", country="TW"),
}


def test_without_a_file_every_outlet_keeps_its_own_rhythm(tmp_path: Path) -> None:
    plan = read_plan(tmp_path / "wiredesk.toml", KNOWN)
    assert plan.rhythms == {"rti": timedelta(hours=1), "udn": timedelta(minutes=30)}
    assert not plan.keep.limits


def test_the_file_says_everything(tmp_path: Path) -> None:
    path = tmp_path / "wiredesk.toml"
    path.write_text(
        """
        outlets = ["udn"]
        jitter_seconds = 5
        port = -1
        profile = "cyber-incidents"
        translate_with = "sample"
        webhook = "http://127.0.0.1:1/hook"
        [rhythms]
        udn = 15
        [alarms]
        silent_below = 0.5
        failing_after = 3
        quiet_days = [2026-12-25, "2027-02-06"]
        [mail]
        to = ["ann@example.org"]
        from = "desk@example.org"
        host = "mail.example.org"
        port = 587
        security = "starttls"
        [retention]
        days = 90
        max_gb = 2.5
        protect = false
        min_free_gb = 1
        [retention.outlets.udn]
        days = 30
        """
    )
    plan = read_plan(path, KNOWN)
    assert plan.rhythms == {"udn": timedelta(minutes=15)}
    assert (plan.jitter, plan.port, plan.profile, plan.model) == (
        timedelta(seconds=5),
        None,
        "cyber-incidents",
        "sample",
    )
    assert (plan.alarms.silent_below, plan.alarms.failing_after, plan.alarms.soft_404_above) == (0.5, 3, 0.3)
    assert plan.alarms.quiet_days == {date(2026, 12, 25), date(2027, 2, 6)}
    assert plan.mail == MailPlan(
        ("ann@example.org",), "desk@example.org", "mail.example.org", 587, "starttls"
    )
    assert plan.keep.everything == Limit(90, 2_500_000_000)
    assert (plan.keep.outlets["udn"], plan.keep.protect, plan.keep.min_free_bytes) == (
        Limit(30),
        False,
        10**9,
    )
    assert plan.zones == {"udn": "Asia/Taipei"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('outlets = ["udm"]', "names the outlet udm, which there is not"),
        ('outlets = "udn"', "outlets takes a list of texts"),
        ("outlets = [", "wiredesk.toml"),
        ("colour = 1", "has no setting colour: outlets, rhythms"),
        ("rhythms = 3", "rhythms is a table"),
        ("[rhythms]\nudn = 1", "impolite"),
        ('[rhythms]\nudn = "often"', "udn in .rhythms. takes minutes, not 'often'"),
        ("[rhythms]\nudn = true", "takes minutes"),
        ("[rhythms]\nudn = 0", "takes minutes"),
        ("[rhythms]\nudn = inf", "udn every inf minutes is too seldom; a year is the most"),
        ("[rhythms]\nudn = nan", "takes minutes, not nan"),
        ("[rhythms]\nudn = 1e12", "too seldom"),
        ("[rhythms]\nxyz = 10", "names the outlet xyz"),
        ('outlets = ["udn"]\n[rhythms]\nrti = 10', "names rti, which outlets does not list"),
        ("jitter_seconds = -1", "jitter_seconds takes seconds up to 3600, not -1"),
        ("jitter_seconds = nan", "jitter_seconds takes"),
        ('port = "high"', "port takes a port"),
        ("port = 8.5", "port takes a port"),
        ("profile = 7", "profile takes text"),
        ("alarms = 7", "alarms is a table"),
        ("[alarms]\nsilent_below = 2", "silent_below in .alarms. takes a share from 0 to 1, not 2"),
        ("[alarms]\nsilent = 0.1", "no setting silent in .alarms.: quiet_days, silent_below"),
        ('[alarms]\nquiet_days = ["Christmas"]', "a list of days like 2026-12-25"),
        ("[alarms]\nquiet_days = 5", "a list of days"),
        ("[alarms]\nfailing_after = 0", "failing_after"),
        ('webhook = "ftp://x"', "an http or https address"),
        ('webhook = "http://["', "an http or https address"),
        ('webhook = "http://chat.example:high/"', "an http or https address"),
        ('webhook = "http://chat.example/a hook"', "an http or https address"),
        ('[mail]\nto = ["ann"]', "plain addresses"),
        ('[mail]\nto = ["ann@example.org\\nBcc: x@example.org"]', "plain addresses"),
        ('[mail]\nto = ["a@b"]\nsecurity = "ssl"', "starttls or tls or none"),
        ("[retention]\ndays = -1", "days in .retention. takes days"),
        ("[retention]\ndays = 1e9", "days in .retention. takes days"),
        ('[retention]\nprotect = "no"', "true or false"),
        ("[retention.outlets.xyz]\ndays = 1", "names the outlet xyz"),
        ("[retention.outlets.udn]\nhours = 1", "no setting hours in .retention.outlets.udn."),
    ],
)  # fmt: skip
def test_a_wrong_file_is_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "wiredesk.toml"
    path.write_text(text)
    with pytest.raises(WatchError, match=says) as caught:
        read_plan(path, KNOWN)
    assert "\n" not in str(caught.value)


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "wiredesk.toml"
    path.write_text('webhook = "https://a.example/"\n[mail]\nto = ["a@b.example"]\nsecurity = "tls"\n')
    plan = read_plan(path, KNOWN)
    environment = {
        "WIREDESK_WEBHOOK": "https://b.example/s3cret", "WIREDESK_WEBHOOK_TOKEN": "t",
        "WIREDESK_SMTP_USER": "u", "WIREDESK_SMTP_PASSWORD": "p",
    }  # fmt: skip
    assert receivers(plan, environment) == Receivers("https://b.example/s3cret", "t", plan.mail, ("u", "p"))
    assert receivers(plan, {}) == Receivers("https://a.example/", None, plan.mail, None)


@pytest.mark.parametrize(
    ("security", "environment", "says"),
    [
        ("tls", {"WIREDESK_SMTP_USER": "u"}, "one of them is missing"),
        (
            "none",
            {"WIREDESK_SMTP_USER": "u", "WIREDESK_SMTP_PASSWORD": "hush"},
            "not sent over a bare connection",
        ),
        ("tls", {"WIREDESK_WEBHOOK": "file:///etc/passwd"}, "no http or https address"),
        ("tls", {"WIREDESK_WEBHOOK": "https://a.example/hush hush"}, "no http or https address"),
        ("tls", {"WIREDESK_WEBHOOK": "https://[hush"}, "no http or https address"),
    ],
)
def test_wrong_secrets_are_a_sentence_that_does_not_tell_them(
    tmp_path: Path, security: str, environment: dict[str, str], says: str
) -> None:
    path = tmp_path / "wiredesk.toml"
    path.write_text(f'[mail]\nto = ["a@b.example"]\nsecurity = "{security}"\n')
    with pytest.raises(WatchError, match=says) as caught:
        receivers(read_plan(path, KNOWN), environment)
    assert "hush" not in str(caught.value)
