"""An OpenAI-compatible endpoint as an engine: an option, off unless someone makes one.

Sentences leave the machine, so nothing in the line does this by itself. Every way in which an endpoint can fail has its
own sentence; what comes back is checked for shape, and flags and names are checked as for any other engine.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from pipelines.translation.errors import EngineError

_MOST_BYTES = 8 * 2**20
_PROMPT = (
    "You translate news from {source} into English, sentence by sentence. You get a JSON array of sentences and answer "
    'with one JSON object {{"translations": [...]}} that holds one English string for each sentence, in order, and '
    "nothing else. Keep names written in Latin letters and all figures exactly as they stand."
)


class EndpointEngine:
    """Translate by ``POST <url>/chat/completions``.

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
        EngineError: at construction for an address that is none; while translating for a time-out, a refusal or an
            answer that cannot be used. The sentence names the endpoint and what it did.
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
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise EngineError(f"{url!r} is no address of an endpoint: it begins with http:// or https://")
        self.url = url.rstrip("/") + "/chat/completions"
        self.model = model
        self.source = source
        self._key = key
        self._timeout = timeout
        self._attempts = attempts
        self._batch = batch
        self._sleep = sleep

    @property
    def settings(self) -> str:
        """The settings that decide the output, part of the memory's key."""
        return "prompt1"

    def translate(self, sentences: Sequence[str]) -> list[str]:
        """One translation per sentence, in the order of the input."""
        result: list[str] = []
        for start in range(0, len(sentences), self._batch):
            result += self._translated(list(sentences[start : start + self._batch]))
        return result

    def _translated(self, batch: list[str]) -> list[str]:
        found = self._parsed(self._asked(batch))
        if (
            len(found) != len(batch) and len(batch) > 1
        ):  # it merged or dropped one: each for itself cannot be mixed up
            return [text for sentence in batch for text in self._translated([sentence])]
        if len(found) != len(batch):
            raise EngineError(f"{self.url} answered {len(found)} translations for one sentence")
        return found

    def _asked(self, batch: list[str]) -> bytes:
        body = {
            "model": self.model,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": _PROMPT.format(source=self.source)},
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
                with urllib.request.urlopen(request, timeout=self._timeout) as response:
                    answer: bytes = response.read(_MOST_BYTES + 1)
            except urllib.error.HTTPError as error:
                self._refused(error, last)
            except TimeoutError:
                if last:
                    raise EngineError(f"{self.url} did not answer within {self._timeout:g} seconds") from None
            except (urllib.error.URLError, ConnectionError, OSError) as error:
                if isinstance(getattr(error, "reason", None), TimeoutError):
                    if last:
                        raise EngineError(
                            f"{self.url} did not answer within {self._timeout:g} seconds"
                        ) from None
                else:
                    raise EngineError(
                        f"{self.url} cannot be reached ({getattr(error, 'reason', error)})"
                    ) from error
            else:
                if len(answer) > _MOST_BYTES:
                    raise EngineError(f"{self.url} answered more than 8 MiB")
                return answer
            self._sleep(2.0 ** (attempt - 1))
        raise EngineError(f"{self.url} was not asked: attempts must be one or more")

    def _refused(self, error: urllib.error.HTTPError, last: bool) -> None:
        with error:
            said = _excerpt(error.read(2000))
        if error.code in (401, 403):
            raise EngineError(f"{self.url} refused the key (HTTP {error.code}){said}") from None
        if error.code == 404:
            raise EngineError(
                f"{self.url} does not know the address or the model {self.model!r} (HTTP 404){said}"
            ) from None
        if (error.code == 429 or error.code >= 500) and not last:
            return
        raise EngineError(f"{self.url} answered HTTP {error.code}{said}") from None

    def _parsed(self, answer: bytes) -> list[str]:
        try:
            choice = json.loads(answer)["choices"][0]
            message = choice["message"]
            content = message.get("content")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise EngineError(
                f"{self.url} answered no chat completion ({type(error).__name__}: {error})"
            ) from error
        if message.get("refusal"):
            raise EngineError(f"{self.url} refused to translate: {str(message['refusal'])[:200]}")
        if choice.get("finish_reason") in ("length", "content_filter"):
            raise EngineError(f"{self.url} cut its answer off ({choice['finish_reason']})")
        try:
            found: Any = json.loads(_unfenced(str(content)))["translations"]
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(
                f"{self.url} did not answer in the form asked for: {str(content)[:120]!r}"
            ) from error
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise EngineError(f"{self.url} did not answer with a list of sentences: {str(content)[:120]!r}")
        return [text.strip() for text in found]


def _unfenced(content: str) -> str:
    """The content without the code fence that many models put around JSON."""
    stripped = content.strip()
    if stripped.startswith("```"):
        stripped = stripped.split("\n", 1)[-1].rsplit("```", 1)[0]
    return stripped


def _excerpt(body: bytes) -> str:
    said = " ".join(body.decode("utf-8", "replace").split())[:160]
    return f": {said}" if said else ""
