"""The OpenAI-compatible engine against a real HTTP server on loopback, in every mood."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipelines.translation import EngineError, Item, translate_texts
from pipelines.translation.glossary import standard
from pipelines.translation.remote import EndpointEngine

Answer = Callable[[list[str]], tuple[int, bytes]]


def completion(content: str, **extra: Any) -> bytes:
    return json.dumps(
        {"choices": [{"message": {"content": content}, "finish_reason": "stop", **extra}]}
    ).encode()


def good(batch: list[str]) -> tuple[int, bytes]:
    return 200, completion(
        json.dumps({"translations": [f"Sentence of {len(text)} characters." for text in batch]})
    )


class Server(ThreadingHTTPServer):
    """Answers as told, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.requests: list[dict[str, Any]] = []
        self.delay = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        time.sleep(self.server.delay)
        answers = self.server.answers
        status, content = (answers.pop(0) if len(answers) > 1 else answers[0])(
            json.loads(body["messages"][1]["content"])
        )
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def engine(server: Server, **options: Any) -> EndpointEngine:
    return EndpointEngine(server.url, "large-1", sleep=lambda _: None, **options)


def test_it_translates_in_batches_and_marks_its_work(server: Server) -> None:
    server.answers = [good]
    [(_, found)] = translate_texts(
        [Item("a", "輝達否認", "一。二。三。", "zh")],
        engine(server, batch=3, key="secret"),
        glossary=standard(),
    )
    assert [sentence.engine for sentence in found.sentences] == ["openai-compatible"] * 4
    assert {sentence.model for sentence in found.sentences} == {"large-1"}
    assert "name_lost" in found.sentences[0].flags
    assert [len(json.loads(asked["messages"][1]["content"])) for asked in server.requests] == [3, 1]
    assert server.requests[0]["path"] == "/v1/chat/completions"
    assert server.requests[0]["key"] == "Bearer secret"
    assert server.requests[0]["temperature"] == 0


def test_a_fenced_answer_is_read(server: Server) -> None:
    server.answers = [lambda _: (200, completion('```json\n{"translations": ["Good."]}\n```'))]
    assert engine(server).translate(["好。"]) == ["Good."]


def test_a_batch_of_the_wrong_length_is_asked_one_by_one(server: Server) -> None:
    server.answers = [lambda _: (200, completion('{"translations": ["Merged."]}')), good]
    assert engine(server).translate(["一。", "二二。"]) == [
        "Sentence of 2 characters.",
        "Sentence of 3 characters.",
    ]
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "content", "sentence"),
    [
        (401, b'{"error": "bad key"}', r"refused the key \(HTTP 401\): .*bad key"),
        (403, b"", r"refused the key \(HTTP 403\)"),
        (404, b"", r"does not know the address or the model 'large-1'"),
        (400, b"no", r"answered HTTP 400: no"),
        (200, b"<html>", "answered no chat completion"),
        (200, b'{"choices": []}', "answered no chat completion"),
        (200, b'{"choices": [{"message": null}]}', "answered no chat completion"),
        (200, completion("I would rather not."), "not answer in the form asked for: 'I would rather not.'"),
        (200, completion('{"translations": "One."}'), "did not answer with a list of sentences"),
        (200, completion('{"translations": [1]}'), "did not answer with a list of sentences"),
        (200, completion('{"translations": []}'), "answered 0 translations for one sentence"),
        (200, completion('{"transl', finish_reason="length"), r"cut its answer off \(length\)"),
        (200, json.dumps({"choices": [{"message": {"content": None, "refusal": "I cannot."}}]}).encode(), "refused to translate: I cannot"),
    ],
)  # fmt: skip
def test_each_failure_has_its_sentence(server: Server, status: int, content: bytes, sentence: str) -> None:
    server.answers = [lambda _: (status, content)]
    with pytest.raises(EngineError, match=sentence) as error:
        engine(server).translate(["好。"])
    assert "\n" not in str(error.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_come_right_is_tried_again(server: Server, status: int) -> None:
    server.answers = [lambda _: (status, b"busy"), good]
    assert engine(server).translate(["好。"]) == ["Sentence of 2 characters."]
    server.answers = [lambda _: (status, b"busy")]
    with pytest.raises(EngineError, match=f"answered HTTP {status}: busy"):
        engine(server, attempts=2).translate(["好。"])
    assert len(server.requests) == 4


def test_a_time_out_is_named(server: Server) -> None:
    server.answers = [good]
    server.delay = 0.5
    with pytest.raises(EngineError, match=r"did not answer within 0\.05 seconds"):
        engine(server, timeout=0.05, attempts=2).translate(["好。"])


def test_nobody_there(server: Server) -> None:
    with pytest.raises(EngineError, match="cannot be reached"):
        EndpointEngine("http://127.0.0.1:9/v1", "m").translate(["好。"])
    with pytest.raises(EngineError, match="is no address of an endpoint"):
        EndpointEngine("file:///etc/passwd", "m")
