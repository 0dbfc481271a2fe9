"""What a user gets for a question, on the real document with the real model."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Question, Settings
from assistant.language import detect
from assistant.settings import LONGEST_QUESTION
from index.errors import QuestionError, SetupError

ROOT = Path(__file__).resolve().parents[2]


def cited(answer: Answer) -> list[int]:
    return [citation.theme.number for citation in answer.citations]


def assert_sound(answer: Answer) -> None:
    """Every citation is verbatim at its offsets, has a marker, and a refusal has none."""
    for position, citation in enumerate(answer.citations, start=1):
        assert citation.number == position and f"[{position}]" in answer.text
        assert citation.theme.document.text[citation.start : citation.end] == citation.quote != ""
        assert citation.quote in answer.text
        if citation.emphasis:
            assert citation.start <= citation.emphasis[0] < citation.emphasis[1] <= citation.end
    assert bool(answer.citations) == (answer.outcome in ("answered", "related"))


def test_criticism_is_answered_with_its_whole_theme(assistant: Assistant) -> None:
    answer = assistant.ask("Wat zijn de kritische geluiden over het Techniekpact?")
    assert answer.outcome == "answered" and cited(answer) == [7] and answer.language == "nl"
    assert answer.citations[0].quote == assistant.themes[7].text
    assert_sound(answer)


def test_an_english_question_gets_english_words_and_dutch_quotes(assistant: Assistant) -> None:
    answer = assistant.ask("What are the critical remarks?")
    assert answer.language == "en" and cited(answer)[0] == 7
    assert answer.text.startswith("In the document's own words:")
    assert_sound(answer)


@pytest.mark.parametrize("question", ["Wat is de hoofdstad van Frankrijk?", "Write a poem about the sea"])
def test_what_has_nothing_to_do_with_it_is_refused_and_something_else_offered(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert answer.refused and not answer.citations and len(answer.suggestions) >= 2
    assert_sound(answer)


def test_every_suggestion_and_example_is_answered(assistant: Assistant) -> None:
    for language in ("nl", "en"):
        suggestions = assistant.ask("Wat is de hoofdstad van Frankrijk?").suggestions
        for question in {*assistant.examples(language), *suggestions}:  # type: ignore[arg-type]
            answer = assistant.ask(question)
            assert answer.outcome == "answered", question
            assert answer.citations[0].theme.title in question
            assert_sound(answer)


@pytest.mark.parametrize(
    ("question", "themes", "words"),
    [
        ("Hoe oud is dit?", [0], "30 november 2023"),
        ("Wat is dit voor stuk?", [0], "Voorafgaand aan de Jaarconferentie"),
        ("Noem alle onderwerpen", list(range(1, 11)), "Van praten naar doen"),
        ("How many themes are there?", list(range(1, 11)), "The document has 10 themes:"),
        ("Kort samengevat?", [11], "Samengevat"),
        ("The gist, please", [11], "Samengevat"),
    ],
)
def test_questions_about_the_whole_document_are_answered_from_it(
    assistant: Assistant, question: str, themes: list[int], words: str
) -> None:
    answer = assistant.ask(question)
    assert cited(answer) == themes and words in answer.text
    assert_sound(answer)


def test_the_introduction_is_quoted_without_date_and_title(assistant: Assistant) -> None:
    citation = assistant.ask("Voor welke bijeenkomst is het aan de deelnemers gevraagd?").citations[0]
    assert citation.quote.startswith("Voorafgaand aan")
    assert citation.quote == citation.theme.document.text[citation.start : citation.end]


@pytest.mark.parametrize(
    ("text", "language"),
    [("robotica", "nl"), ("regio", "nl"), ("kritiek", "nl"), ("education", "en"), ("young people", "en")],
)
def test_one_word_is_dutch_unless_it_is_surely_english(text: str, language: str) -> None:
    assert detect(text, "nl") == language


@pytest.mark.parametrize("question", ["Can I open the door?", "Who can open a door?"])
def test_function_words_tell_the_language_of_a_question(question: str) -> None:
    assert detect(question, "nl") == "en"


@pytest.mark.parametrize(("greeting", "language"), [("Hallo!", "nl"), ("Bedankt", "nl"), ("Thanks", "en")])
def test_a_greeting_is_returned_in_its_language(assistant: Assistant, greeting: str, language: str) -> None:
    answer = assistant.ask(greeting)
    assert (answer.outcome, answer.language) == ("greeting", language)
    assert not answer.citations


def test_a_follow_up_uses_the_turn_before_and_a_new_subject_does_not(assistant: Assistant) -> None:
    first = assistant.ask("Wat zijn de kritische geluiden?")
    history = [
        {"role": "user", "content": first.question},
        {"role": "assistant", "content": first.text},
    ]
    assert cited(assistant.ask("Kun je daar meer over zeggen?", history))[0] == 7
    assert cited(assistant.ask("Wat is er bereikt met robotica?", history))[0] == 4
    assert cited(assistant.ask("En voor jongeren?", history))[0] == 6  # few words, and a subject of their own


@pytest.mark.parametrize(
    ("before", "theme"),
    [("Wat is er bereikt met robotica?", 4), ("Wat zegt het stuk over beroepsonderwijs?", 3)],
)
def test_a_question_with_hardly_a_subject_stays_with_the_one_before(
    assistant: Assistant, before: str, theme: int
) -> None:
    first = assistant.ask(before)
    history = [{"role": "user", "content": before}, {"role": "assistant", "content": first.text}]
    assert cited(assistant.ask("Wat is het voordeel?", history))[0] == theme
    assert cited(assistant.ask("Kun je een samenvatting geven?", history)) == [11]  # of the whole, as ever


@pytest.mark.parametrize("question", ["How come?", "Such as?"])
def test_asking_on_is_no_greeting(assistant: Assistant, question: str) -> None:
    first = assistant.ask("Are people proud of technology?")
    history = [{"role": "user", "content": first.question}, {"role": "assistant", "content": first.text}]
    assert cited(assistant.ask(question, history))[0] == cited(first)[0] == 3


def test_what_follows_a_suggested_question_is_read_as_any_other(assistant: Assistant) -> None:
    first = assistant.ask(assistant.examples("nl")[0])
    history = [{"role": "user", "content": first.question}, {"role": "assistant", "content": first.text}]
    followed = assistant.ask("En hoeveel euro heeft dat gekost?", history)
    assert followed.hits[0].reading is not None
    assert followed.outcome != "answered"


def test_thanks_do_not_take_the_place_of_the_question_before(assistant: Assistant) -> None:
    first = assistant.ask("Wat zijn de kritische geluiden?")
    asked = [{"role": "user", "content": first.question}, {"role": "assistant", "content": first.text}]
    thanks = assistant.ask("Bedankt!", asked)
    assert thanks.outcome == "greeting" and not thanks.hits
    assert not thanks.text.startswith("Goedendag")
    history = [
        {"role": role, "content": content}
        for answer in (first, thanks)
        for role, content in (("user", answer.question), ("assistant", answer.text))
    ]
    assert cited(assistant.ask("Kun je daar meer over zeggen?", history))[0] == 7


def test_streaming_grows_and_ends_with_the_answer(assistant: Assistant) -> None:
    question = "Noem alle onderwerpen"
    steps = list(assistant.stream(question))
    lengths = [len(step.text) for step in steps]
    assert len(steps) > 3 and lengths == sorted(lengths)
    assert steps[-1].text == assistant.ask(question).text
    assert all(f"[{citation.number}]" in step.text for step in steps for citation in step.citations)


def test_the_chain_is_a_runnable_that_batches_and_runs_async(assistant: Assistant) -> None:
    questions = [Question("Wat is de kritiek?"), Question("Hoe oud is dit?")]
    batched = [answer.text for answer in assistant.chain.batch(questions)]

    async def run() -> tuple[list[str], str]:
        streamed = [answer.text async for answer in assistant.chain.astream(questions[0])]
        return streamed, (await assistant.chain.ainvoke(questions[1])).text

    streamed, invoked = asyncio.run(run())
    assert [streamed[-1], invoked] == batched


@pytest.mark.parametrize("question", ["", "  \n", "x" * 20_000])
def test_a_question_that_cannot_be_taken_says_why(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match=r"leeg|" + str(LONGEST_QUESTION)):
        assistant.ask(question)


@pytest.mark.parametrize("question", ["?", "\ud800", "🙂", "<script>", "a" * 3_999, "'; DROP TABLE", "\x00"])
def test_odd_questions_get_a_sound_answer(assistant: Assistant, question: str) -> None:
    assert_sound(assistant.ask(question))


def test_without_the_reader_everything_works_as_well(built_index: Path, assistant: Assistant) -> None:
    question = "Wat zijn de kritische geluiden?"
    assert assistant.ask(question).hits[0].reading is not None
    cheap = Assistant.open(Settings(seeds=assistant.settings.seeds, index=built_index, reader=False))
    answer = cheap.ask(question)
    assert cited(answer)[0] == 7 and answer.hits[0].reading is None
    assert_sound(answer)
    assert cheap.ask("Wat is de hoofdstad van Frankrijk?").refused
    cheap.close()


def test_the_clause_that_bears_most_on_the_question_is_emphasised(assistant: Assistant) -> None:
    citation = assistant.ask("Welk initiatief wordt als concreet voorbeeld genoemd?").citations[0]
    assert citation.emphasis
    words = citation.theme.document.text[citation.emphasis[0] : citation.emphasis[1]]
    assert "Techniek Tastbaar" in words and len(words) < len(citation.quote)


def test_another_document_works_as_well(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    text = "# Bijenrapport\n\n3 mei 2025\n\nEen verkenning.\n\n"
    text += "## Honing\n\nDe oogst viel tegen door de regen.\n\n"
    text += "## Imkers\n\nEr meldden zich veel nieuwe imkers, vooral jongeren.\n"
    (seeds / "bijen.md").write_text(text, "utf-8")
    opened = Assistant.open(Settings(seeds=seeds, index=tmp_path / "index"))
    answer = opened.ask("Hoe was de oogst?")
    assert cited(answer) == [1] and answer.citations[0].quote == "De oogst viel tegen door de regen."
    assert opened.ask("Van wanneer is dit stuk?").text.endswith("“3 mei 2025” [1]")
    opened.close()


def test_headings_without_words_and_over_two_lines_stop_no_answer(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    text = "Honing en\r\nwas\r\n---------\r\n\r\nDe oogst viel tegen door de regen.\r\n\r\n## \r\n\r\n"
    text += "## **Nieuwe** imkers\r\n\r\nEr meldden zich veel jongeren.\r\n"
    (seeds / "bijen.md").write_bytes(text.encode())
    opened = Assistant.open(Settings(seeds=seeds, index=tmp_path / "index"))
    assert [theme.title for theme in opened.themes] == ["Honing en was", "Nieuwe imkers"]
    listed = opened.ask("Noem alle onderwerpen")
    assert [citation.quote for citation in listed.citations] == ["Honing en\r\nwas", "## **Nieuwe** imkers"]
    assert_sound(listed)
    assert cited(opened.ask("Hoe was de oogst?")) == [1]
    opened.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "eighty"),
        ("port", "²"),
        ("chroma_url", "localhost:8000"),
        ("port", "70000"),
        ("model_timeout", "soon"),
        ("model_timeout", "0"),
        ("model_timeout", "inf"),
        ("reader", "perhaps"),
        ("seeds", "~nobody-by-this-name/seeds"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(SetupError, match=f"TECHNIEKPACT_{name.upper()}"):
        Settings.from_environment({f"TECHNIEKPACT_{name.upper()}": value})


def test_every_data_file_is_part_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    patterns = project["package-data"]["*"]
    kept = [
        path
        for package in ("assistant", "index", "prompts", "reader")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert kept
    assert [path for path in kept if not any(path.match(pattern) for pattern in patterns)] == []


def test_an_option_wins_over_the_environment() -> None:
    assert Settings.from_environment({"TECHNIEKPACT_PORT": "1"}, port="2").port == 2
