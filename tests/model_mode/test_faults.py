"""Whatever a model or its server does, the answer ends in time, with a line that says what happened."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.checking import SentenceChecker
from assistant.model import open_model
from assistant.settings import Settings
from assistant.writing import Draft, write
from index.errors import SetupError
from index.themes import Theme
from tests.endpoint import SECRET, Endpoint

Last = Callable[..., Draft]

GOOD = "De samenwerking heeft regionale en landelijke netwerken versterkt. [1]"


def test_a_good_reply_is_written_with_its_citations(draft: Last) -> None:
    last = draft("Er zijn kritische geluiden over de behoefte aan meer ", "concrete actie. [2] ", GOOD)
    assert last.status == "written"
    assert [sentence.citations for sentence in last.sentences] == [(1,), (2,)]
    assert [citation.theme.number for citation in last.citations] == [7, 1]
    assert all(
        citation.quote == citation.theme.document.text[citation.theme.quote_start : citation.theme.end]
        for citation in last.citations
    )
    assert not last.notice


def test_what_fails_is_dropped_counted_and_said(draft: Last) -> None:
    last = draft(f"{GOOD} De interesse van jongeren daalt. [1] Nog iets zonder bron.")
    assert last.status == "written"
    assert len(last.sentences) == 1
    assert last.reasons == {"opposite": 1, "unmarked": 1}
    assert last.notice == "2 zinnen van het taalmodel zijn weggelaten: de bron zegt dat niet zo."


def test_a_repeated_sentence_is_shown_once(draft: Last) -> None:
    last = draft(f"{GOOD} {GOOD}")
    assert len(last.sentences) == 1


def test_a_reply_that_goes_round_in_circles_ends_there_and_its_refrain_counts_once(draft: Last) -> None:
    refrain = "De interesse van jongeren daalt. [1] "
    last = draft(f"{GOOD} ", *[refrain] * 500)
    assert last.status == "written"
    assert len(last.sentences) == 1
    assert len(last.dropped) == 1


@pytest.mark.parametrize("reply", ["ONBEKEND", "Onbekend.", "UNKNOWN", "<think>Hm.</think>ONBEKEND"])
def test_the_model_may_say_that_the_passages_do_not_answer(draft: Last, reply: str) -> None:
    last = draft(reply)
    assert (last.status, last.fault) == ("failed", "silent")
    assert "geen antwoord" in last.notice


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ([""], "empty"),
        (["   \n"], "empty"),
        (["De samenwerking heeft netwerken versterkt."], "unmarked"),
        (["The cooperation has strengthened regional and national networks. [1]"], "language"),
        (["De interesse van jongeren daalt. [1]"], "dropped"),
        ([GOOD, " De rest van dit antw"], "broken"),
        ([GOOD, ConnectionResetError("gone")], "broken"),
        ([ConnectionRefusedError("no one there")], "unreachable"),
        ([TimeoutError("slow")], "timeout"),
        ([ZeroDivisionError("a fault of the client's own")], "other"),
        (["woord " * 17_000], "long"),
        (["x" * 100_000], "long"),
        ([f"{GOOD} " * 1_400], "long"),
    ],
)
def test_a_fault_ends_in_a_failed_draft_with_one_line(draft: Last, script: list[object], fault: str) -> None:
    last = draft(*script)
    assert (last.status, last.fault) == ("failed", fault)
    assert last.notice.endswith("daarom antwoordt het document zelf.")
    assert "\n" not in last.notice


@pytest.mark.parametrize("script", [[5.0, GOOD], [GOOD, 5.0, "x"], ["a ", 0.2] * 20])
def test_a_stream_that_hangs_or_dawdles_ends_at_the_limit(draft: Last, script: list[object]) -> None:
    draft(GOOD)  # the embedding model is loaded
    began = time.monotonic()
    last = draft(*script, timeout=1.0)
    assert (last.status, last.fault) == ("failed", "timeout")
    assert time.monotonic() - began < 3.0
    assert "1 seconden" in last.notice


def test_a_question_after_a_fault_works_as_if_nothing_had_happened(draft: Last) -> None:
    assert draft(ConnectionResetError()).status == "failed"
    assert draft(GOOD).status == "written"


def test_a_cut_off_by_the_length_limit_keeps_what_was_checked(draft: Last) -> None:
    last = draft(f"{GOOD} Dit is een zin die midden", finish_reason="length")
    assert (last.status, len(last.sentences)) == ("written", 1)


@pytest.fixture
def server() -> Iterator[Endpoint]:
    running = Endpoint()
    yield running
    running.close()


def _ask(url: str, checker: SentenceChecker, themes: dict[str, Theme]) -> Draft:
    model = open_model(Settings(model_url=url, model_timeout=10))
    *_, last = write("Wat leverde het op?", "nl", [themes["1"]], model, checker, 10)
    return last


@pytest.mark.parametrize(
    ("status", "fault"), [(401, "key"), (403, "key"), (429, "busy"), (500, "server"), (404, "refused")]
)
def test_a_status_of_the_server_is_named_and_its_message_is_not_repeated(
    server: Endpoint,
    status: int,
    fault: str,
    checker: SentenceChecker,
    themes: dict[str, Theme],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    caplog.set_level("DEBUG", logger="assistant")
    server.status = status
    last = _ask(server.url, checker, themes)
    assert (last.status, last.fault) == ("failed", fault)
    assert str(status) in last.notice
    assert SECRET not in f"{last}{caplog.text}"
    assert server.asked[0][0] == f"Bearer {SECRET}"


def test_a_server_that_goes_away_in_the_middle_ends_in_a_fault(
    server: Endpoint, checker: SentenceChecker, themes: dict[str, Theme]
) -> None:
    server.pieces = [GOOD, " En dan"]
    last = _ask(server.url, checker, themes)
    assert (last.status, last.fault) == ("failed", "broken")


def test_no_server_is_named_as_such(checker: SentenceChecker, themes: dict[str, Theme]) -> None:
    last = _ask("http://127.0.0.1:9", checker, themes)
    assert (last.status, last.fault) == ("failed", "unreachable")


def test_an_endpoint_is_asked_for_its_model_and_a_key_is_optional(
    server: Endpoint, checker: SentenceChecker, themes: dict[str, Theme], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    server.status = 500
    _ask(server.url, checker, themes)
    assert '"model":"the-one-it-has"' in server.asked[0][1].replace(" ", "")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model": "anthropic:claude"}, "-m pip install langchain-anthropic"),
        ({"model": "mistralai:mistral-small-latest"}, "-m pip install langchain-mistralai"),
        ({"model": "nobody:knows-it"}, "names no provider"),
        ({"model": "openai:gpt-5-mini"}, "key is missing"),
        ({"model_url": "127.0.0.1:8080"}, "TECHNIEKPACT_MODEL_URL) cannot be read"),
        ({"model_url": "http://127.0.0.1:80a/v1"}, "TECHNIEKPACT_MODEL_URL) cannot be read"),
        ({"model_url": "http://[::1"}, "TECHNIEKPACT_MODEL_URL) cannot be read"),
    ],
)
def test_what_is_missing_to_open_a_model_is_said(
    settings: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SetupError, match=re.escape(words)):
        open_model(Settings(**settings))
