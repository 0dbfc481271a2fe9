"""Thirty hostile strings as question, as document and as a model's words: text, and nothing but text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from assistant import Answer, Citation, Sentence
from assistant.ui.dialogue import Wish
from assistant.ui.document_panel import DocumentPanel
from assistant.ui.rendering import Rendering
from assistant.ui.turns import Turn, dump, load
from index.documents import parse_document
from index.themes import Theme, cut
from tests.browser.conftest import Server, Visitor

HOSTILE = (
    "<script>window.ran = true</script>",
    "</script><script>window.ran = true</script>",
    '<img src=x onerror="window.ran = true">',
    "<svg onload='window.ran = true'></svg>",
    "<svg><script>window.ran = true</script></svg>",
    '<iframe src="javascript:parent.ran = true"></iframe>',
    '<iframe srcdoc="<script>parent.ran = true</script>"></iframe>',
    '<body onload="window.ran = true">',
    '<details open ontoggle="window.ran = true"><summary>x</summary></details>',
    '<input autofocus onfocus="window.ran = true">',
    '<a href="javascript:window.ran = true">click</a>',
    "[click](javascript:window.ran=true)",
    '<math><mtext></p><img src=x onerror="window.ran = true">',
    '"><script>window.ran = true</script>',
    "' onmouseover='window.ran = true' x='",
    '" autofocus onfocus="window.ran = true" x="',
    "</textarea><script>window.ran = true</script>",
    "${window.ran = true}",
    "`${window.ran = true}`",
    "{{constructor.constructor('window.ran = true')()}}",
    '<img src="https://elsewhere.example/pixel.png">',
    "![pixel](https://elsewhere.example/pixel.png)",
    '<link rel="stylesheet" href="https://elsewhere.example/style.css">',
    '<style>@import url("https://elsewhere.example/style.css"); body { display: none }</style>',
    '<div style="position:fixed;inset:0;background:red;z-index:99999">covered</div>',
    '<form action="https://elsewhere.example/"><input type="password"><button>Log in</button></form>',
    '<meta http-equiv="refresh" content="0; url=https://elsewhere.example/">',
    "\u202egnitrats\u202c \u2066isolated \u200f right to left",
    "W" * 3_000,
    "\x00\x07\U0001f600\ufeff Z\u0301\u0335\u0336\u0337\u0338" + "\u0301" * 200,
)


def test_thirty_hostile_questions_stay_text(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.open()
    for turns, question in enumerate(HOSTILE[:6], start=1):
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        visitor.answered(turns)
    _is_harmless(page, visitor)
    rendered = _inject(page, [Turn(question, state="failed", message=question) for question in HOSTILE])
    assert rendered == len(HOSTILE)
    _is_harmless(page, visitor)


@pytest.mark.parametrize("voice", ["prose", "quote", "own"])
def test_thirty_hostile_answers_stay_text(visit: Callable[..., Visitor], server: Server, voice: str) -> None:
    visitor = visit()
    page = visitor.open()
    themes = _hostile_themes()
    turns = []
    for theme, words in zip(themes, HOSTILE, strict=True):
        text = theme.body if voice == "quote" else words
        answer = Answer(
            words,
            "nl",
            "model",
            "answered",
            (Sentence(text, voice, (1,)),),
            (Citation(1, theme, theme.body_start, theme.end, (theme.body_start, theme.end)),),
            suggestions=(words,),
            notice=words,
        )
        turns.append(Turn(words).answered_by(answer, "done"))
    assert _inject(page, turns, themes) == len(HOSTILE)
    _is_harmless(page, visitor)
    for details in page.locator("#hostile details").all()[:3]:
        details.locator("summary").first.click()
    page.locator("#hostile a.marker").first.hover()
    _is_harmless(page, visitor)


def test_a_hostile_model_is_harmless_on_the_way_through_the_server(
    visit: Callable[..., Visitor], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hostile(question: str, *arguments: object) -> Iterator[Answer]:
        theme = server.assistant.themes[1]
        sentences = tuple(Sentence(words, "prose", (1,)) for words in HOSTILE)
        citation = Citation(1, theme, theme.quote_start, theme.end)
        yield Answer(question, "nl", "model", "answered", sentences, (citation,), HOSTILE[:4], HOSTILE[0])

    monkeypatch.setattr(server.assistant, "stream", hostile)
    visitor = visit()
    page = visitor.open()
    visitor.ask(HOSTILE[2])
    expect(page.locator(".answer")).to_contain_text(HOSTILE[0])
    page.locator("[data-copy]").click()
    page.locator("a.marker").first.click()
    _is_harmless(page, visitor)
    visitor.open()
    expect(page.locator(".answer")).to_contain_text(HOSTILE[0])
    _is_harmless(page, visitor)


def test_half_a_character_in_a_question_is_replaced() -> None:
    asked = Wish.read({"question": "a \ud83d b \ud83d\ude00"}, None).question
    assert asked == "a \ufffd b \U0001f600"


def test_what_a_browser_kept_is_no_way_in(visit: Callable[..., Visitor]) -> None:
    kept = dump([Turn("x", state="done")])
    for spoilt in ("x", [1], [{**kept[0], "parts": 3}], [{**kept[0], "question": ["x"]}], [{}], None, {}):
        assert load(spoilt) == ()
    for name in ("state", "language", "mode", "outcome", "verdict"):
        for value in ("../../x", None, ["nl"], {}):
            assert load([{**kept[0], name: value}]) == ()
    assert load(kept) == (Turn("x", state="done"),)


def _hostile_themes() -> list[Theme]:
    """A document in which title and words of every theme are hostile."""
    paragraphs = (f"# {words}\n\n{words} is wat hier staat." for words in HOSTILE)
    document = parse_document("hostile.md", "\n\n".join(paragraphs))
    themes = [theme for theme in cut(document) if theme.number > 0]
    return [themes[min(at, len(themes) - 1)] for at in range(len(HOSTILE))]


def _inject(page: Page, turns: list[Turn], themes: list[Theme] | None = None) -> int:
    """Put turns and a document into the page as the server renders them; returns how many arrived."""
    panel = DocumentPanel(themes or [])
    rendering = Rendering("nl", panel, HOSTILE[0], HOSTILE[:4], thumbs=True)
    shelf = rendering.shelf(tuple(turns), [tuple(turns)])
    boxes = [
        f'<div style="position: relative; height: 300px">{part}</div>'
        for part in (rendering.thread(tuple(turns)), shelf, panel.html("nl"))
    ]
    page.evaluate(
        "html => { const box = document.createElement('div'); box.id = 'hostile'; box.innerHTML = html;"
        " document.querySelector('main').append(box); }",
        "".join(boxes),
    )
    page.wait_for_timeout(200)
    return page.locator("#hostile .turn").count()


def _is_harmless(page: Page, visitor: Visitor) -> None:
    """Nothing ran, nothing stands that should not, and the question box can still be clicked."""
    assert page.evaluate("window.ran") is None
    made = "script, img, iframe, link, style, meta, input, [onerror], [onload], [onfocus], [onmouseover]"
    assert page.locator(f":is(.thread, .document, .shelf) :is({made})").count() == 0
    assert page.locator(":is(.thread, .document) a:not([href^='#'])").count() == 0
    page.locator("#question textarea").click(timeout=3_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.url.startswith(visitor.url)
