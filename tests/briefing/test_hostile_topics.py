"""Topics and documents that mean no good: a sound page with a safe name, or one clear sentence."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from markdown_it import MarkdownIt
from pypdf import PdfReader

from assistant import Assistant, Settings
from assistant.briefing import Briefing
from assistant.briefing_files import SUFFIXES, render, save
from assistant.briefing_topic import LONGEST_TOPIC, clean_line, file_stem
from index.errors import QuestionError, SetupError

TOPICS = (
    "trots op \"techniek\" en 'vakmanschap'",
    "netwerken/samenwerking \\ regio",
    "jongeren\r\nen\ttechniek\n\n# kop",
    "trots op techniek 🤖👩‍🔧",
    "<script>alert(1)</script> techniek & trots",
    '#import "x": * #panic() $x$ `trots` op techniek @a <b> //',
    "[trots](http://x.example) op **techniek** | _a_ ![](http://x.example/a.png)",
    "../../etc/passwd samenwerking techniek",
    "trots\x00 op\x1b[31m techniek\ud800\ufffe\u202e",
    "{topic} {0} {title!r} techniek in het onderwijs",
    "技術教育 techniek en onderwijs",
    "1. techniek en trots",
)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_hostile_topic_gives_a_sound_page_and_a_safe_name(assistant: Assistant, topic: str) -> None:
    themes = [assistant.themes[3]]
    briefing = assistant.brief(topic, themes, meeting_with=topic[:100])
    shown = clean_line(topic)
    assert briefing.topic == shown and "\n" not in shown and "\x00" not in shown
    stem = file_stem(topic)
    assert stem == Path(stem).name and stem.startswith("briefing") and len(stem) <= 70
    assert stem.isascii() and not set(stem) & set('/\\:*?"<>|. ')
    document = Document(io.BytesIO(render(briefing, ".docx")))
    assert document.paragraphs[0].text == briefing.title
    reader = PdfReader(io.BytesIO(render(briefing, ".pdf")))
    assert len(reader.pages) == 1 and not any("/Annots" in page for page in reader.pages)
    assert reader.metadata and reader.metadata.title == briefing.title
    tokens = MarkdownIt("commonmark").parse(render(briefing, ".md").decode("utf-8"))
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {
        "text", "strong_open", "strong_close", "softbreak", "hardbreak", "text_special",
    }  # fmt: skip
    assert not [token for token in tokens if token.type in ("html_block", "fence", "code_block")]
    heading = next(token for token in tokens if token.type == "inline")
    assert "".join(child.content for child in heading.children or []) == briefing.title
    assert briefing.sources[0].quote in render(briefing, ".json").decode("utf-8").replace('\\"', '"')


@pytest.mark.parametrize("topic", ["x" * 5_000, "techniek " * 600])
def test_a_topic_that_is_too_long_says_so(assistant: Assistant, topic: str) -> None:
    with pytest.raises(QuestionError, match=f"{LONGEST_TOPIC}"):
        assistant.brief(topic)
    with pytest.raises(QuestionError, match="120"):
        assistant.brief("techniek", meeting_with=topic)


@pytest.mark.parametrize("topic", ["", "   ", "\n\x00\u200b"])
def test_an_empty_topic_gives_the_whole_document(assistant: Assistant, topic: str) -> None:
    briefing = assistant.brief(topic)
    assert briefing.topic == "" and briefing.summary and briefing.summary.citation
    assert briefing.summary.citation.theme.number == 11


def test_the_longest_topic_still_fits_one_page(assistant: Assistant) -> None:
    topic = ("samenwerking tussen onderwijs en bedrijfsleven in de techniek en de regio " * 5)[:LONGEST_TOPIC]
    briefing = assistant.brief(topic)
    assert not briefing.declined
    assert len(PdfReader(io.BytesIO(render(briefing, ".pdf"))).pages) == 1


def test_a_file_that_cannot_be_written_is_one_clear_sentence(assistant: Assistant, tmp_path: Path) -> None:
    briefing = assistant.brief("jongeren")
    with pytest.raises(SetupError, match="cannot be written"):
        save(briefing, tmp_path / "missing" / "a.pdf")
    with pytest.raises(SetupError, match=r"\.docx, \.pdf"):
        save(briefing, tmp_path / "a.odt")


@pytest.fixture(scope="module")
def grim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """A document of many long critical themes, with markup and control characters in them."""
    folder = tmp_path_factory.mktemp("grim")
    lines = ["Klachten over de kantine *2024*", "De deelnemers klagen."]
    for at in range(14):
        sentence = (
            f"Bezoekers klagen dat punt {at} te duur en te traag is, <b>onvoldoende</b> *geregeld* #{at}. "
        )
        lines.append(f"Knelpunt {at} van de kantine: {sentence * 4}Het blijft een groot probleem\x0b daar.")
    (folder / "seeds").mkdir()
    (folder / "seeds" / "klachten.txt").write_text("\n\n".join(lines), "utf-8")
    opened = Assistant.open(Settings(seeds=folder / "seeds", index=folder / "index"))
    yield opened
    opened.close()


def test_no_critical_point_is_dropped_however_many_there_are(grim: Assistant) -> None:
    briefing = grim.brief("")
    against = {point.theme.number for point in (*briefing.critical, *briefing.critical_titles)}
    assert against >= set(range(1, 15))
    assert_sound(briefing)


def assert_sound(briefing: Briefing) -> None:
    for source in briefing.sources:
        assert source.theme.document.text[source.start : source.end] == source.quote
    for suffix in SUFFIXES:
        assert render(briefing, suffix)
    assert len(PdfReader(io.BytesIO(render(briefing, ".pdf"))).pages) == 1
    words = "\n".join(
        paragraph.text for paragraph in Document(io.BytesIO(render(briefing, ".docx"))).paragraphs
    )
    assert all(f"[{source.number}]" in words for source in briefing.sources)
