"""Tells people of alarms by webhook and mail; what cannot be delivered waits in the state and is tried again.

A post keeps its id over all its tries, so that a receiver may drop one that came twice (a crash between sending and
remembering). Secrets come from the environment: WIREDESK_WEBHOOK (an address that is itself a secret),
WIREDESK_WEBHOOK_TOKEN, WIREDESK_SMTP_USER, WIREDESK_SMTP_PASSWORD.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from http.client import HTTPException
from typing import Any

from .plan import MailPlan, Plan, WatchError, can_be_asked
from .ringing import Change
from .state import Post

WEBHOOK, MAIL = "webhook", "mail"
PAUSES = (30, 120, 600, 3600)
"""Seconds before the second, third … try; the last one repeats."""
GIVEN_UP = timedelta(days=2)
TIMEOUT = 15.0
"""Seconds for one try."""


class DeliveryError(Exception):
    """A post did not reach its receiver."""


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who is told, with the secrets that it takes."""

    webhook: str | None = None
    token: str | None = None
    mail: MailPlan | None = None
    login: tuple[str, str] | None = None

    @property
    def channels(self) -> list[str]:
        return [WEBHOOK] * bool(self.webhook) + [MAIL] * bool(self.mail)


def receivers(plan: Plan, environment: Mapping[str, str]) -> Receivers:
    """:raises WatchError: when what the environment says cannot be used."""
    url = environment.get("WIREDESK_WEBHOOK") or plan.webhook
    if url and not can_be_asked(url):
        raise WatchError(
            "the webhook (WIREDESK_WEBHOOK, or webhook in wiredesk.toml) is no http or https address"
        )
    user, password = environment.get("WIREDESK_SMTP_USER"), environment.get("WIREDESK_SMTP_PASSWORD")
    if bool(user) != bool(password):
        raise WatchError("WIREDESK_SMTP_USER and WIREDESK_SMTP_PASSWORD go together: one of them is missing")
    login = (user, password) if user and password else None
    if login and plan.mail and plan.mail.security == "none":
        raise WatchError(
            "a password is not sent over a bare connection: set security in [mail] to starttls or tls"
        )
    return Receivers(url or None, environment.get("WIREDESK_WEBHOOK_TOKEN") or None, plan.mail, login)


def posts(found: Change, channels: list[str], now: datetime) -> list[Post]:
    """One post for each channel, due at once."""
    when = now.astimezone(UTC).isoformat(timespec="seconds")
    told = json.dumps(
        [[asdict(one) for one in found.rang], [asdict(one) for one in found.over]], sort_keys=True
    )
    return [
        Post(
            str(uuid.uuid5(uuid.NAMESPACE_URL, f"wiredesk {channel} {when} {told}")),
            channel, when, found.rang, found.over, 0, when,
        )
        for channel in channels
    ]  # fmt: skip


def later(post: Post, now: datetime) -> Post | None:
    """The post with its next try; ``None`` when it is given up."""
    if now - datetime.fromisoformat(post.made) > GIVEN_UP:
        return None
    pause = timedelta(seconds=PAUSES[min(post.tries, len(PAUSES) - 1)])
    return replace(
        post, tries=post.tries + 1, next_try=(now + pause).astimezone(UTC).isoformat(timespec="seconds")
    )


def due(post: Post, now: datetime) -> bool:
    return datetime.fromisoformat(post.next_try) <= now


def send(post: Post, to: Receivers) -> None:
    """:raises DeliveryError: with the reason, and never a secret."""
    try:
        if post.channel == WEBHOOK and to.webhook:
            _post(post, to.webhook, to.token)
        elif post.channel == MAIL and to.mail:
            _mail(post, to.mail, to.login)
        else:
            raise DeliveryError(f"there is no {post.channel} any more")
    except urllib.error.HTTPError as error:
        error.close()
        raise DeliveryError(f"the webhook answers {error.code}") from error
    except (OSError, HTTPException, smtplib.SMTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise DeliveryError(f"{post.channel}: {type(error).__name__}: {_plain(reason)}") from error


def sentences(post: Post) -> list[str]:
    """What is told, a line each."""
    rang = [f"{alarm.kind}: {alarm.message}" for alarm in post.rang]
    return rang + [f"over: {alarm.kind}: {alarm.message}" for alarm in post.over]


def subject(post: Post) -> str:
    """The post in one line."""
    names = [f"{alarm.kind} ({alarm.subject})" for alarm in (*post.rang, *post.over)]
    what = "" if post.rang else "over: "
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return _plain(f"wiredesk: {what}{names[0]}{more}")


def body(post: Post) -> dict[str, Any]:
    """What the webhook gets. ``text`` is what chat servers show."""
    return {
        "id": post.post_id,
        "made": post.made,
        "text": "\n".join([subject(post), *sentences(post)]),
        "rang": [asdict(alarm) for alarm in post.rang],
        "over": [asdict(alarm) for alarm in post.over],
    }


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is a failure: the token is for one address."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None


def _post(post: Post, url: str, token: str | None) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "wiredesk", "Idempotency-Key": post.post_id}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    content = json.dumps(body(post), ensure_ascii=False).encode()
    request = urllib.request.Request(url, content, headers, method="POST")
    with urllib.request.build_opener(_Stay).open(request, timeout=TIMEOUT):
        pass


def _mail(post: Post, mail: MailPlan, login: tuple[str, str] | None) -> None:
    message = EmailMessage()
    message["Subject"] = subject(post)
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    message["Date"] = format_datetime(datetime.fromisoformat(post.made))
    message["Message-ID"] = f"<{post.post_id}@wiredesk.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(sentences(post)) + "\n\nwiredesk watch\n")
    context = ssl.create_default_context()
    made: smtplib.SMTP
    if mail.security == "tls":
        made = smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=context)
    else:
        made = smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT)
    with made as server:
        if mail.security == "starttls":
            server.starttls(context=context)
        if login:
            server.login(*login)
        server.send_message(message)


def _plain(text: object) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())
