"""Training, in small: the loss falls, and what is drawn makes sense."""

from __future__ import annotations

import random

import torch

from reader.documents import WRONG, DocumentGroups, study_documents
from reader.examples import Examples
from reader.inputs import Inputs
from reader.network import encoder_from
from reader.packed import PackedModel
from reader.sources import HELD_OUT_SUBJECTS, own_pairs
from reader.train import Trainer, batches


def test_a_hundred_pairs_make_the_loss_fall() -> None:
    torch.manual_seed(1)
    examples = Examples(None, held_out=False, random_numbers=random.Random(1)).draw(600)
    shortest = sorted(examples, key=lambda example: len(example.passage))[:96]
    random.Random(2).shuffle(shortest)
    packed = PackedModel.bundled()
    pairs = [[(example,) for example in shortest[at : at + 24]] for at in range(0, len(shortest), 24)]
    rounds = [*pairs, *pairs, *pairs, pairs[0]]
    trainer = Trainer(Inputs(packed), encoder_from(packed), len(rounds))
    losses = [trainer.step(batch) for batch in rounds]
    assert losses[-1] < 0.9 * losses[0]


def test_answers_lie_in_their_passages_and_negatives_have_none() -> None:
    for example in Examples(None, held_out=False, random_numbers=random.Random(3)).draw(300):
        if example.answer is None:
            assert not example.origin.endswith("answers")
        else:
            start, end = example.answer
            assert 0 <= start < end <= len(example.passage)


def test_a_group_has_the_passage_that_answers_first_and_others_of_the_same_document() -> None:
    documents = study_documents(held_out=False)[:3]
    groups = DocumentGroups(documents, random.Random(6))
    drawn = [groups.draw() for _ in range(60)]
    shelves = [{document.read_as(at)[0] for at in range(len(document.passages))} for document in documents]
    for group in drawn:
        assert any({example.passage for example in group} <= shelf for shelf in shelves)
        assert all(example.answer is None for example in group[1:])
    assert {len(group) - (group[0].answer is not None) for group in drawn} == set(WRONG)
    assert {group[0].answer is None for group in drawn} == {True, False}
    answered = next(group[0] for group in drawn if group[0].answer)
    assert answered.answer and answered.passage[slice(*answered.answer)].strip()


def test_batches_hold_every_group_whole_and_no_more_pairs_than_they_should() -> None:
    groups = DocumentGroups(study_documents(held_out=False)[:2], random.Random(8))
    drawn = [groups.draw() for _ in range(50)]
    cut = list(batches(drawn, 30, random.Random(9)))
    assert sorted(id(group) for batch in cut for group in batch) == sorted(map(id, drawn))
    assert all(sum(map(len, batch)) <= 30 for batch in cut)


def test_held_out_subjects_are_never_trained_on() -> None:
    held_out = {pair.question for pair in own_pairs() if pair.paragraph.group in HELD_OUT_SUBJECTS}
    passages = {pair.paragraph.text for pair in own_pairs() if pair.paragraph.group in HELD_OUT_SUBJECTS}
    assert held_out and len({pair.paragraph.group for pair in own_pairs()} & HELD_OUT_SUBJECTS) == len(
        HELD_OUT_SUBJECTS
    )
    for example in Examples(None, held_out=False, random_numbers=random.Random(4)).draw(500):
        assert not any(passage in example.passage or example.passage in passage for passage in passages)


def test_the_same_seed_draws_the_same_examples() -> None:
    first, second = (
        Examples(None, held_out=False, random_numbers=random.Random(5)).draw(50) for _ in range(2)
    )
    assert first == second
