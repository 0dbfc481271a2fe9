"""Cutting a document into themes by its form alone."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import pytest

from index.documents import Document, parse_document, read_documents
from index.errors import SetupError
from index.themes import clauses, cut, pieces, sentences

SEEDS = Path(__file__).parents[2] / "seeds"
TITLES = [
    "10 jaar Techniekpact: Positieve impact op netwerken en samenwerking",
    "Netwerkversterking en samenwerking",
    "Breed perspectief op techniek",
    "Bewustwording en trots",
    "Concrete Impact en succesverhalen",
    "Katalyserende rol van het Techniekpact",
    "Uitdaging in jongereninteresse",
    "Kritische noten en actiegerichtheid",
    "Van praten naar doen",
    "Efficiënt platform en regionale samenwerking",
    "Netwerkverbreding en delen van goede praktijken",
]


@pytest.fixture(scope="module")
def techniekpact() -> Document:
    return read_documents(SEEDS)[0]


def test_the_seed_is_the_document_as_received() -> None:
    seed = (SEEDS / "10-jaar-techniekpact.txt").read_bytes()
    assert (
        hashlib.sha256(seed).hexdigest() == "b88bbea2a38c22c5db2ea42dd048436ba74848cabf1fa8c278587ae5c923c369"
    )


def test_the_ten_themes_the_front_and_the_closing_come_out_with_their_titles(techniekpact: Document) -> None:
    themes = cut(techniekpact)
    assert [theme.number for theme in themes] == list(range(12))
    assert [theme.title for theme in themes[:11]] == TITLES
    assert themes[11].text.startswith("Samengevat is de impact")
    assert themes[0].text.startswith("30 november 2023") and "Voorafgaand" in themes[0].text
    assert techniekpact.date == "30 november 2023"


def test_offsets_are_exact_and_nothing_is_lost(techniekpact: Document) -> None:
    themes = cut(techniekpact)
    for theme in themes:
        assert techniekpact.text[theme.start : theme.end] == theme.text == theme.text.strip()
    for theme in themes[1:]:
        assert theme.start <= theme.quote_start <= theme.body_start <= theme.end
    assert themes[0].start == themes[0].body_start < themes[0].quote_start < themes[0].end
    between = [techniekpact.text[before.end : after.start] for before, after in itertools.pairwise(themes)]
    assert all(not gap.strip() for gap in between)
    assert not techniekpact.text[themes[-1].end :].strip()


def test_markdown_is_cut_at_its_headings_and_fences_and_subheadings_are_not() -> None:
    text = "# Verslag\n\n1 mei 2024\n\nInleiding.\n\n## Kosten\n\nDie stegen.\n\n### Details\n\nVeel.\n\n"
    text += "```\n## geen kop\n```\n\n## Baten\nDie ook.\n"
    themes = cut(parse_document("verslag.md", text))
    assert [(theme.number, theme.title) for theme in themes] == [(0, "Verslag"), (1, "Kosten"), (2, "Baten")]
    assert "geen kop" in themes[1].text and "### Details" in themes[1].text
    assert themes[2].quote == "Die ook." and themes[2].text == "## Baten\nDie ook."


def test_what_an_editor_puts_before_a_markdown_file_is_no_theme() -> None:
    text = (
        "---\ntitle: Iets\nlayout: post\n---\n# Verslag\n\n## Kosten\n\nDie stegen.\n\n## Baten\n\nDie ook.\n"
    )
    document = parse_document("verslag.md", text)
    themes = cut(document)
    assert document.title == "Verslag"
    assert [theme.title for theme in themes] == ["Verslag", "Kosten", "Baten"]
    assert themes[0].text == "# Verslag"


@pytest.mark.parametrize(
    "body", ["# Verslag\n\nEen zin.\n", "Verslag\n\nEen: De eerste.\n\nTwee: De tweede.\n"]
)
def test_front_matter_is_no_theme_in_a_text_without_headings_either(body: str) -> None:
    front = "---\ntitle: Iets\n---\n"
    themes = cut(parse_document("verslag.md", front + body))
    bare = cut(parse_document("verslag.md", body))
    assert [theme.text for theme in themes] == [theme.text for theme in bare]
    assert [theme.start - len(front) for theme in themes] == [theme.start for theme in bare]


def test_a_file_that_is_only_front_matter_still_has_a_theme() -> None:
    assert cut(parse_document("verslag.md", "---\ntitle: Iets\n---\n"))


@pytest.mark.parametrize(
    ("name", "line", "title"),
    [
        ("a.md", "# **Nieuwe** _imkers_ #", "Nieuwe imkers"),
        ("a.md", "# [Wat](http://x.nl/a_b) *nu*? #", "Wat nu?"),
        ("a.md", "Groei van 2*3 naar C#", "Groei van 2*3 naar C#"),
        ("a.txt", "De *beste* _keus_", "De *beste* _keus_"),
    ],
)
def test_a_title_is_without_marks_and_the_introduction_is_found_behind_it(
    name: str, line: str, title: str
) -> None:
    text = f"{line}\n\n3 mei 2024\n\nEen inleiding.\n\nEen: De eerste.\n\nTwee: De tweede.\n"
    document = parse_document(name, text)
    assert document.title == title
    assert cut(document)[0].quote == "Een inleiding."


def test_a_paragraph_as_a_title_is_shortened_and_still_quoted_whole() -> None:
    paragraph = "Dit is een zin van enige lengte. " * 50
    text = f"3 mei 2024\n\n{paragraph.strip()}\n\nEen: De eerste.\n\nTwee: De tweede.\n"
    document = parse_document("a.txt", text)
    assert document.title.endswith("…") and len(document.title) <= 151
    assert paragraph.startswith(document.title[:-1])
    assert cut(document)[0].quote == paragraph.strip()


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("30 november 2023", "Verslag"),
        ("# 3 mei 2024", "Verslag"),
        ("Datum: 3 mei 2024", "Verslag"),
        ("Den Haag, 3 mei 2024", "Verslag"),
        ("# Jaarverslag mei 2024", "Jaarverslag mei 2024"),
        ("Notulen 12 maart 2024", "Notulen 12 maart 2024"),
        ("Annual report, May 2024", "Annual report, May 2024"),
    ],
)
def test_a_first_line_with_a_date_is_the_title_if_it_says_more(opening: str, title: str) -> None:
    document = parse_document("a.md", f"{opening}\n\nVerslag\n\nEen zin.\n")
    assert document.title == title and document.date in opening and document.date


def test_a_title_with_a_colon_is_no_theme_and_an_unprefixed_last_paragraph_is_the_closing() -> None:
    text = "Rapport: een terugblik\n\nVooraf.\n\nEen: Eerste zin.\n\nTwee: Tweede zin.\n\nAl met al goed.\n"
    themes = cut(parse_document("rapport.txt", text))
    assert [theme.title for theme in themes] == ["Rapport: een terugblik", "Een", "Twee", "Al met al goed."]


def test_a_paragraph_without_a_prefix_belongs_to_the_theme_before_it() -> None:
    text = "Titel\n\nEen: Eerste zin.\n\nNog een alinea.\n\nTwee: Tweede zin.\n\nSlot.\n"
    themes = cut(parse_document("a.txt", text))
    assert themes[1].text == "Een: Eerste zin.\n\nNog een alinea."
    assert themes[-1].text == "Slot."


def test_a_document_without_headings_is_cut_into_paragraphs() -> None:
    themes = cut(
        parse_document("a.txt", "Buurtradio\n\nWe zenden uit. Elke dag.\r\n\r\nIedereen luistert.\n")
    )
    assert [theme.text for theme in themes] == [
        "Buurtradio",
        "We zenden uit. Elke dag.",
        "Iedereen luistert.",
    ]


@pytest.mark.parametrize(
    "text", ["x", "Eén regel: met dubbele punt.", "# kop\n", "a\n\n\n\nb", "##\n##\n", "﻿"]
)
def test_odd_documents_are_cut_without_loss(text: str) -> None:
    themes = cut(parse_document("odd.txt", text))
    assert "".join("".join(theme.text.split()) for theme in themes) == "".join(text.split())


def test_a_long_theme_is_split_at_sentence_ends_and_covers_everything() -> None:
    text = "A: " + "Dit is een zin van enige lengte. " * 100 + "\n\nB: Kort.\n"
    theme = cut(parse_document("long.txt", text))[0]
    parts = pieces(theme, 500)
    assert len(parts) > 5 and all(end - start <= 500 for start, end in parts)
    assert all(text[start:end].endswith(".") for start, end in parts)
    assert "".join(text[start:end] for start, end in parts).replace(" ", "") == theme.text.replace(" ", "")


def test_one_endless_word_is_split_too() -> None:
    theme = cut(parse_document("long.txt", "x" * 5_000))[0]
    parts = pieces(theme, 500)
    assert (
        sum(end - start for start, end in parts) == 5_000 and max(end - start for start, end in parts) <= 500
    )


def test_sentences_and_clauses_have_exact_offsets() -> None:
    text = 'Er is kritiek, o.a. op geld. "Klopt!" zei zij; en meer?'
    assert next(text[a:b] for a, b in clauses(text, 0, len(text))) == "Er is kritiek,"
    assert next(text[a:b] for a, b in sentences(text, 0, len(text))) == "Er is kritiek, o.a. op geld."


def test_bad_seeds_are_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="does not exist"):
        read_documents(tmp_path / "none")
    with pytest.raises(SetupError, match="holds no document"):
        read_documents(tmp_path)
    (tmp_path / "latin.txt").write_bytes("caf\xe9".encode("latin-1"))
    with pytest.raises(SetupError, match=r"latin\.txt is not UTF-8"):
        read_documents(tmp_path)


def test_a_seeds_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # root may read any folder
    with pytest.raises(SetupError, match=r"cannot be read \(Permission denied\)"):
        read_documents(tmp_path)
