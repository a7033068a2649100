"""Alarms are told by real HTTP and real SMTP over loopback, and told again when that fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from pipelines.watch import Alarm, Plan, State, load_state
from pipelines.watch.delivery import DeliveryError, Receivers, due, later, posts, send
from pipelines.watch.facts import Facts, StoreFacts
from pipelines.watch.journal import Journal
from pipelines.watch.keeper import Crawled, Keeper, Works
from pipelines.watch.plan import MailPlan
from pipelines.watch.ringing import Change
from pipelines.watch.state import Post

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
RANG = Alarm(
    NOW.isoformat(), "outlet silent", "udn", "udn landed 0 articles; 聯合新聞網\r\nBcc: everybody@example.org"
)


class Hook(ThreadingHTTPServer):
    """A webhook that answers with the statuses that it is told, then with 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Answer(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), json.loads(content)))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Letters:
    """A mail server's hand that keeps what it gets."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.to: list[str] = []
        self.refuse = False

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        if self.refuse:
            return "451 come back later"
        content = cast(bytes, envelope.content)
        self.got.append(cast(EmailMessage, message_from_bytes(content, policy=policy.default)))
        self.to += envelope.rcpt_tos
        return "250 OK"


class MailServer(Controller):
    """On any free port."""

    @property
    def bound(self) -> tuple[str, int]:
        assert self.server is not None
        host, port, *_ = self.server.sockets[0].getsockname()
        return host, port

    def _trigger_server(self) -> None:
        self.hostname, self.port = self.bound
        super()._trigger_server()


@pytest.fixture
def letters() -> Iterator[tuple[Letters, int]]:
    hand = Letters()
    controller = MailServer(hand, hostname="127.0.0.1", port=0)
    controller.start()
    yield hand, controller.bound[1]
    controller.stop()


def one(channel: str) -> Post:
    [post] = posts(Change((RANG,), ()), [channel], NOW)
    return post


def test_the_webhook_gets_the_alarm_once_with_an_id_and_the_token(hook: Hook) -> None:
    post = one("webhook")
    send(post, Receivers(webhook=hook.url, token="s3cret"))
    [(headers, body)] = hook.got
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Idempotency-Key"] == body["id"] == post.post_id
    assert body["rang"][0]["subject"] == "udn"
    assert body["text"].startswith(
        "wiredesk: outlet silent (udn)\noutlet silent: udn landed 0 articles; 聯合新聞網"
    )


@pytest.mark.parametrize("status", [302, 400, 404, 500])
def test_any_other_answer_is_a_failure_and_no_redirect_is_followed(hook: Hook, status: int) -> None:
    hook.statuses = [status]
    with pytest.raises(DeliveryError, match=f"the webhook answers {status}") as caught:
        send(one("webhook"), Receivers(webhook=hook.url, token="s3cret"))
    assert "s3cret" not in str(caught.value)
    assert len(hook.got) == 1


def test_the_mail_is_one_letter_to_those_who_are_named(letters: tuple[Letters, int]) -> None:
    hand, port = letters
    plan = MailPlan(("ann@example.org", "bo@example.org"), "desk@example.org", "127.0.0.1", port)
    send(one("mail"), Receivers(mail=plan))
    [letter] = hand.got
    assert letter["Subject"] == "wiredesk: outlet silent (udn)"
    assert (letter["From"], letter["To"]) == ("desk@example.org", "ann@example.org, bo@example.org")
    assert letter["Message-ID"]
    assert letter["Date"]
    assert "聯合新聞網" in letter.get_content()
    assert hand.to == ["ann@example.org", "bo@example.org"]  # a line of an alarm adds no receiver
    assert letter["Bcc"] is None


def test_a_mail_server_that_refuses_or_is_not_there_is_a_failure(letters: tuple[Letters, int]) -> None:
    hand, port = letters
    hand.refuse = True
    with pytest.raises(DeliveryError, match=r"mail: SMTPDataError: .*come back later"):
        send(one("mail"), Receivers(mail=MailPlan(("a@b.example",), "d@b.example", "127.0.0.1", port)))
    with pytest.raises(DeliveryError, match="mail: ConnectionRefusedError"):
        send(one("mail"), Receivers(mail=MailPlan(("a@b.example",), "d@b.example", "127.0.0.1", 1)))


def test_a_password_goes_to_a_server_with_tls_only(letters: tuple[Letters, int]) -> None:
    _hand, port = letters
    plan = MailPlan(("a@b.example",), "d@b.example", "127.0.0.1", port, "starttls")
    with pytest.raises(DeliveryError, match="STARTTLS") as caught:
        send(one("mail"), Receivers(mail=plan, login=("user", "hush")))
    assert "hush" not in str(caught.value)


def test_tries_grow_rarer_and_end() -> None:
    post: Post | None = one("webhook")
    now, tries = NOW, 0
    pauses = []
    while post is not None:
        assert due(post, now)
        after = later(post, now)
        tries += 1
        if after is not None:
            pauses.append((datetime.fromisoformat(after.next_try) - now).total_seconds())
            now = datetime.fromisoformat(after.next_try)
            assert after.post_id == post.post_id
        post = after
    assert pauses[:5] == [30, 120, 600, 3600, 3600]
    assert timedelta(days=2) < now - NOW < timedelta(days=2, hours=2)


def test_what_is_not_told_waits_in_the_state_and_a_new_watch_tells_it(data_dir: Path, hook: Hook) -> None:
    clock = [NOW]
    log = StringIO()
    works = Works(
        clock=lambda: clock[0], crawl=lambda _outlet, _stop: Crawled(refused=True, troubles=("it refuses us",)),
        run=lambda _stop: {}, facts=lambda _now, _ask: Facts({}, StoreFacts()), retire=dict,
        free_bytes=lambda: 10**12, archive_bytes=lambda: 0,
    )  # fmt: skip

    def keeper(state: State) -> Keeper:
        plan = Plan({"udn": timedelta(hours=1)}, zones={"udn": "Asia/Taipei"}, countries={"udn": "TW"})
        return Keeper(
            data_dir, plan, state, works, Journal(log, lambda: clock[0]), Receivers(webhook=hook.url)
        )

    hook.statuses = [503, 503]
    first = keeper(State())
    assert not first.once()
    assert [post.tries for post in first.state.posts] == [1]
    clock[0] += timedelta(seconds=10)
    first.tell()  # not due yet
    assert len(hook.got) == 1
    # killed; the next one goes on with what the state says
    second = keeper(load_state(data_dir)[0])
    clock[0] += timedelta(seconds=30)
    second.tell()
    assert [post.tries for post in second.state.posts] == [2]
    clock[0] += timedelta(seconds=300)
    second.tell()
    assert second.state.posts == load_state(data_dir)[0].posts == []
    assert len({body["id"] for _, body in hook.got}) == 1
    outcomes = [json.loads(line)["outcome"] for line in log.getvalue().splitlines() if '"told"' in line]
    assert outcomes == ["failed", "failed", "delivered"]
    assert b'wiredesk_deliveries_total{channel="webhook",outcome="delivered"} 1.0' in second.exposition()


def test_the_login_is_made_where_the_connection_is_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real TLS server with a certificate made for the test, which the client is told to trust."""
    import ssl

    certificate, key = _certificate(tmp_path)
    asked: list[tuple[str, str]] = []

    def authenticate(
        _server: object, _session: object, _envelope: object, _mechanism: str, data: Any
    ) -> AuthResult:
        asked.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    hand = Letters()
    controller = MailServer(
        hand,
        hostname="127.0.0.1",
        port=0,
        tls_context=context,
        authenticator=authenticate,
        auth_required=True,
    )
    controller.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    try:
        plan = MailPlan(("a@b.example",), "d@b.example", *controller.bound, "starttls")
        send(one("mail"), Receivers(mail=plan, login=("user", "hush")))
    finally:
        controller.stop()
    assert asked == [("user", "hush")]
    assert len(hand.got) == 1


def _certificate(folder: Path) -> tuple[Path, Path]:
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [
        x509.DNSName("localhost"),
        x509.IPAddress(ip_address("127.0.0.1")),
        x509.IPAddress(ip_address("::1")),
    ]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key
