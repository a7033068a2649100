"""An OpenAI-compatible endpoint as an engine: an option, off unless someone names one.

Sentences leave the machine, so nothing in the line does this by itself: ``--translate-with URL#MODEL`` does. Every way in
which an endpoint can fail has its own sentence; what comes back is checked for shape, and flags and names are checked as
for any other engine. The key comes from the environment and goes into one header, nowhere else.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from pipelines.endpoint import KEY, named, opener, whole
from pipelines.translation.errors import EngineError

LANGUAGES = {"ja": "Japanese", "ko": "Korean", "zh": "Chinese"}
"""Source languages, ISO 639-1, for which an endpoint is asked."""
_MOST_BYTES = 8 * 2**20
_MOST_UNUSABLE = 3
"""Sentences in a row that it answers unusably before it is taken for no translator at all."""
_PROMPT = (
    "You translate news from {source} into English, sentence by sentence. You get a JSON array of sentences and answer "
    'with one JSON object {{"translations": [...]}} that holds one English string for each sentence, in order, and '
    "nothing else. Keep names written in Latin letters and all figures exactly as they stand."
)


class _NoTranslationError(EngineError):
    """An answer without a translation, which concerns these sentences and not the endpoint."""


class _UnusableError(_NoTranslationError):
    """An answer in a form that was not asked for."""


def is_endpoint(wanted: str) -> bool:
    """Whether ``--translate-with`` names an endpoint and no package."""
    return wanted.startswith(("http://", "https://"))


def endpoints(wanted: str) -> dict[str, EndpointEngine]:
    """Engines for ``URL#MODEL`` by source language, with the key of the environment.

    Raises:
        EngineError: no address, no model, an address that carries what belongs elsewhere, or a key that is none.
    """
    try:
        url, model, key = named(wanted)
    except ValueError as fault:
        raise EngineError(str(fault)) from fault
    return {code: EndpointEngine(url, model, key=key, source=code) for code in LANGUAGES}


class EndpointEngine:
    """Translate by ``POST <url>/chat/completions``.

    A sentence that the endpoint refuses, or answers unusably when asked for it alone, has the empty translation and its
    reason in ``refused``; the others go on.

    Args:
        url: base address, as ``http://127.0.0.1:8080/v1``.
        model: the endpoint's name of the model; it goes into every sentence that it wrote.
        key: bearer token, never logged or stored.
        source: ISO 639-1 of the source language.
        timeout: seconds to wait for one answer.
        attempts: tries for an answer that may come right (time-out, 429, 5xx).
        batch: sentences in one request.
        sleep: waits between tries.

    Raises:
        EngineError: while translating, for a time-out, a refused key, another failure of the endpoint, or nothing but
            unusable answers. The sentence names the endpoint and what it did.
    """

    engine = "openai-compatible"

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str | None = None,
        source: str = "zh",
        timeout: float = 60.0,
        attempts: int = 3,
        batch: int = 16,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/") + "/chat/completions"
        self.model = model
        self.source = source
        self.refused: dict[str, str] = {}
        self._key = key
        self._timeout = timeout
        self._attempts = attempts
        self._batch = batch
        self._sleep = sleep
        self._unusable = 0
        self._opener = opener()

    @property
    def settings(self) -> str:
        """The settings that decide the output, part of the memory's key."""
        return "prompt2"

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """One translation per sentence, in the order of the input; the empty one where it gave none (``refused``)."""
        self.refused = {}
        result: list[str] = []
        for start in range(0, len(sentences), self._batch):
            result += self._translated(list(sentences[start : start + self._batch]))
        return result

    def _translated(self, batch: list[str]) -> list[str]:
        try:
            found = self._parsed(self._asked(batch), len(batch))
        except _NoTranslationError as error:
            if len(batch) > 1:  # each for itself cannot be mixed up, and one does not take the others with it
                return [text for sentence in batch for text in self._translated([sentence])]
            self._unusable += isinstance(error, _UnusableError)
            if self._unusable >= _MOST_UNUSABLE:
                raise EngineError(f"{error}; so it did {_MOST_UNUSABLE} times in a row") from None
            self.refused[batch[0]] = str(error)
            return [""]
        self._unusable = 0
        return found

    def _asked(self, batch: list[str]) -> bytes:
        body = {
            "model": self.model,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": _PROMPT.format(source=LANGUAGES.get(self.source, self.source))},
                {"role": "user", "content": json.dumps(batch, ensure_ascii=False)},
            ],
        }
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(self.url, json.dumps(body).encode(), headers)
        for attempt in range(1, self._attempts + 1):
            last = attempt == self._attempts
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    answer = whole(response, _MOST_BYTES, self._timeout)
            except urllib.error.HTTPError as error:
                self._failed(error, last)
            except (TimeoutError, urllib.error.URLError, OSError, http.client.HTTPException) as error:
                reason = getattr(error, "reason", error)
                if not isinstance(reason, TimeoutError):
                    raise EngineError(f"{self.url} cannot be reached ({reason or 'no answer'})") from None
                if last:
                    raise EngineError(f"{self.url} did not answer within {self._timeout:g} seconds") from None
            else:
                if len(answer) > _MOST_BYTES:
                    raise EngineError(f"{self.url} answered more than 8 MiB")
                return answer
            self._sleep(2.0 ** (attempt - 1))
        raise EngineError(f"{self.url} was not asked: attempts must be one or more")

    def _failed(self, error: urllib.error.HTTPError, last: bool) -> None:
        with error:
            try:
                said = self._excerpt(error.read(2000))
            except (OSError, http.client.HTTPException):  # the code alone says enough
                said = ""
        if error.code in (401, 403):
            raise EngineError(
                f"{self.url} refused the key of {KEY} (HTTP {error.code}){said}"
                if self._key
                else f"{self.url} wants a key (HTTP {error.code}): put it into the environment as {KEY}{said}"
            ) from None
        if error.code == 404:
            raise EngineError(
                f"{self.url} does not know the address or the model {self.model!r} (HTTP 404){said}"
            ) from None
        if 300 <= error.code < 400:
            raise EngineError(
                f"{self.url} sends elsewhere (HTTP {error.code}): name that address if you trust it"
            ) from None
        if error.code in (400, 422) and any(
            word in said.lower() for word in ("content_filter", "content_policy")
        ):
            raise _NoTranslationError(f"{self.url} refused to translate (HTTP {error.code}){said}") from None
        if (error.code == 429 or error.code >= 500) and not last:
            return
        raise EngineError(f"{self.url} answered HTTP {error.code}{said}") from None

    def _parsed(self, answer: bytes, wanted: int) -> list[str]:
        try:
            choice = json.loads(answer)["choices"][0]
            message = choice["message"]
            content = message.get("content")
            refusal, ended = message.get("refusal"), choice.get("finish_reason")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
            raise EngineError(
                f"{self.url} answered no chat completion ({type(error).__name__}: {error})"
            ) from error
        if refusal or ended == "content_filter":
            raise _NoTranslationError(
                f"{self.url} refused to translate: {self._told(str(refusal or ended))[:200]}"
            )
        if ended == "length":
            raise _UnusableError(f"{self.url} cut its answer off ({ended})")
        try:
            found: Any = json.loads(_unfenced(str(content)))["translations"]
        except (ValueError, KeyError, TypeError, RecursionError):
            said = self._told(str(content))[:120]
            raise _UnusableError(f"{self.url} did not answer in the form asked for: {said!r}") from None
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            said = self._told(str(content))[:120]
            raise _UnusableError(f"{self.url} did not answer with a list of sentences: {said!r}")
        if len(found) != wanted:
            raise _UnusableError(
                f"{self.url} answered {len(found)} translations for {wanted} sentence{'s' * (wanted > 1)}"
            )
        # one sentence is one line of text, whatever an endpoint makes of it
        return [" ".join(text.encode("utf-8", "replace").decode().split()) for text in found]

    def _excerpt(self, body: bytes) -> str:
        said = " ".join(self._told(body.decode("utf-8", "replace")).split())[:160]
        return f": {said}" if said else ""

    def _told(self, text: str) -> str:
        """What an endpoint said, without the key that some of them say back."""
        return text.replace(self._key, "***") if self._key else text


def _unfenced(content: str) -> str:
    """The content without the code fence that many models put around JSON."""
    stripped = content.strip()
    if stripped.startswith("```"):
        stripped = stripped.split("\n", 1)[-1].rsplit("```", 1)[0]
    return stripped
