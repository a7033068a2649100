"""The OpenAI-compatible engine against a real HTTP server on loopback, in every mood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.endpoint import KEY
from pipelines.translation import EngineError, InMemory, Item, translate_texts
from pipelines.translation.glossary import standard
from pipelines.translation.remote import EndpointEngine, endpoints
from tests.translation.loopback import Server, completion, good


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
    assert "from Chinese into English" in server.requests[0]["messages"][0]["content"]


def test_a_fenced_answer_is_read_and_one_sentence_is_one_line(server: Server) -> None:
    server.answers = [
        lambda _: (200, completion('```json\n{"translations": [" Good.\\n\\ud800Yes. "]}\n```'))
    ]
    assert engine(server).translate(["好。"]) == ["Good. ?Yes."]


def test_a_batch_of_the_wrong_length_is_asked_one_by_one(server: Server) -> None:
    server.answers = [lambda _: (200, completion('{"translations": ["Merged."]}')), good]
    assert engine(server).translate(["一。", "二二。"]) == [
        "The sentence of 2 characters is here.",
        "The sentence of 3 characters is here.",
    ]
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "content", "sentence"),
    [
        (401, b'{"error": "bad key"}', r"refused the key of WIREDESK_ENDPOINT_KEY \(HTTP 401\): .*bad key"),
        (403, b"no such key as k3y", r"refused the key of WIREDESK_ENDPOINT_KEY \(HTTP 403\): no such key as \*\*\*"),
        (404, b"", r"does not know the address or the model 'large-1'"),
        (400, b"no", r"answered HTTP 400: no"),
        (307, b"", r"sends elsewhere \(HTTP 307\)"),
        (200, b"<html>", "answered no chat completion"),
        (200, b"[" * 100_000, "answered no chat completion"),
        (200, b'{"choices": []}', "answered no chat completion"),
        (200, b'{"choices": [{"message": null}]}', "answered no chat completion"),
    ],
)  # fmt: skip
def test_a_failure_of_the_endpoint_stops_with_its_sentence(
    server: Server, status: int, content: bytes, sentence: str
) -> None:
    server.answers = [lambda _: (status, content)]
    server.headers = {"Location": "http://127.0.0.1:1/"} if status == 307 else {}
    with pytest.raises(EngineError, match=sentence) as error:
        engine(server, key="k3y").translate(["好。"])
    assert "\n" not in str(error.value)
    assert "k3y" not in str(error.value)
    assert len(server.requests) == 1


UNUSABLE = [
    (200, completion("I would rather not."), "not answer in the form asked for: 'I would rather not.'"),
    (200, completion('{"translations": "One."}'), "did not answer with a list of sentences"),
    (200, completion('{"translations": [1]}'), "did not answer with a list of sentences"),
    (200, completion('{"translations": []}'), "answered 0 translations for 1 sentence"),
    (200, completion('{"transl', finish_reason="length"), r"cut its answer off \(length\)"),
]
REFUSED = [
    (200, completion(None, message={"refusal": "I cannot."}), "refused to translate: I cannot"),
    (200, completion("", finish_reason="content_filter"), "refused to translate: content_filter"),
    (400, b'{"error": {"code": "content_filter"}}', r"refused to translate \(HTTP 400\)"),
]


@pytest.mark.parametrize(("status", "content", "sentence"), [*UNUSABLE, *REFUSED])
def test_one_sentence_without_translation_does_not_take_the_others_with_it(
    server: Server, status: int, content: bytes, sentence: str
) -> None:
    server.answers = [lambda batch: (status, content) if any("血" in text for text in batch) else good(batch)]
    memory = InMemory()
    items = [
        Item("a", "大雨。", "有血。", "zh"),
        Item("b", "血。", None, "zh"),
        Item("c", "晴。", None, "zh"),
    ]
    found = dict(translate_texts(items, engine(server), memory))
    assert list(found) == ["a", "b", "c"]
    assert found["a"].outcome == found["c"].outcome == "ok"
    assert [bool(one.target) for one in found["a"].sentences] == [True, False]
    assert "no_output" in found["a"].sentences[1].flags
    assert "no translation of 1 of 2 sentences: " in found["a"].reason
    assert (found["b"].outcome, found["b"].title_en, found["b"].sentences) == ("refused", None, ())
    assert server.url in found["b"].reason
    assert len(memory.rows) == 2, "what it did not translate is not remembered"


@pytest.mark.parametrize(("status", "content", "sentence"), UNUSABLE)
def test_an_endpoint_that_only_talks_is_no_translator(
    server: Server, status: int, content: bytes, sentence: str
) -> None:
    server.answers = [lambda _: (status, content)]
    with pytest.raises(EngineError, match=f"{sentence}.*; so it did 3 times in a row"):
        engine(server).translate(["一。", "二。", "三。", "四。"])


def test_an_endpoint_that_refuses_everything_is_asked_to_the_end(server: Server) -> None:
    server.answers = [lambda _: (200, REFUSED[0][1])]
    asked = [f"第{n}句。" for n in range(9)]
    one = engine(server)
    assert one.translate(asked) == [""] * 9
    assert list(one.refused) == asked


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_come_right_is_tried_again(server: Server, status: int) -> None:
    server.answers = [lambda _: (status, b"busy"), good]
    assert engine(server).translate(["好。"]) == ["The sentence of 2 characters is here."]
    server.answers = [lambda _: (status, b"busy")]
    with pytest.raises(EngineError, match=f"answered HTTP {status}: busy"):
        engine(server, attempts=2).translate(["好。"])
    assert len(server.requests) == 4


def test_a_time_out_is_named(server: Server) -> None:
    server.answers = [good]
    server.delay = 0.5
    with pytest.raises(EngineError, match=r"did not answer within 0\.05 seconds"):
        engine(server, timeout=0.05, attempts=2).translate(["好。"])


def test_an_answer_byte_by_byte_is_a_time_out(server: Server) -> None:
    server.answers = [good]
    server.drip = 0.02
    with pytest.raises(EngineError, match=r"did not answer within 0\.2 seconds"):
        engine(server, timeout=0.2, attempts=2).translate(["好。"])


def test_a_failure_that_breaks_off_is_told_by_its_code(server: Server) -> None:
    server.answers = [lambda _: (500, b"the first of many bytes")]
    server.headers = {"Transfer-Encoding": "chunked"}
    with pytest.raises(EngineError, match=r"answered HTTP 500$"):
        engine(server, attempts=2).translate(["好。"])


def test_nobody_there() -> None:
    with pytest.raises(EngineError, match="cannot be reached"):
        EndpointEngine("http://127.0.0.1:9/v1", "m").translate(["好。"])


@pytest.mark.parametrize(
    ("wanted", "key", "sentence"),
    [
        ("file:///etc/passwd#m", "", "is no address of an endpoint"),
        ("http:///v1#m", "", "is no address of an endpoint"),
        ("http://127.0.0.1/v1", "", r"name the endpoint's model behind the address: .*#MODEL"),
        ("http://me:k3y@127.0.0.1/v1#m", "", f"give the key in {KEY}"),
        ("http://127.0.0.1/v1?api-key=k3y#m", "", f"give the key in {KEY}"),
        ("ftp://me:k3y@127.0.0.1/v1#m", "", f"give the key in {KEY}"),
        ("http://me:k3y@127.0.0.1/v1", "", f"give the key in {KEY}"),
        ("http://[half#m", "", "cannot be read"),
        ("http://127.0.0.1:many/v1#m", "", "cannot be read"),
        ("http://127.0.0.1/模型#m", "", "cannot be read"),
        ("http://a..b/v1#m", "", "cannot be read"),
        ("http://127.0.0.1/a b#m", "", "is no address of an endpoint"),
        ("http://127.0.0.1/v1#m\ud800", "", "cannot be read"),
        ("http://127.0.0.1/v1#m", "k3y\nX-Other: 1", f"the key in {KEY} is none"),
    ],
)
def test_a_wrong_address_or_key_is_said_without_the_key(
    monkeypatch: pytest.MonkeyPatch, wanted: str, key: str, sentence: str
) -> None:
    monkeypatch.setenv(KEY, key)
    with pytest.raises(EngineError, match=sentence) as error:
        endpoints(wanted)
    assert "k3y" not in str(error.value)


def test_an_endpoint_serves_what_it_is_asked_for() -> None:
    found = endpoints("http://127.0.0.1/v1/#org%2Fmodel")
    assert {code: (one.source, one.model, one.url) for code, one in found.items()} == {
        code: (code, "org/model", "http://127.0.0.1/v1/chat/completions") for code in ("ja", "ko", "zh")
    }
