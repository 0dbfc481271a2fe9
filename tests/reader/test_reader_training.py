"""Training, in small: the loss falls, and what is drawn makes sense."""

from __future__ import annotations

import random

import torch

from reader.examples import Examples
from reader.inputs import Inputs
from reader.network import upper_from
from reader.packed import PackedModel
from reader.sources import HELD_OUT_SUBJECTS, own_pairs
from reader.train import BATCH, Trainer


def test_a_hundred_pairs_make_the_loss_fall() -> None:
    torch.manual_seed(1)
    examples = Examples(None, held_out=False, random_numbers=random.Random(1)).draw(600)
    shortest = sorted(examples, key=lambda example: len(example.passage))[:96]
    random.Random(2).shuffle(shortest)
    packed = PackedModel.bundled()
    batches = [shortest[start : start + BATCH] for start in range(0, len(shortest), BATCH)]
    trainer = Trainer(Inputs(packed), upper_from(packed), len(batches) + 1)
    losses = [trainer.step(batch) for batch in [*batches, batches[0]]]
    assert losses[-1] < 0.9 * losses[0]


def test_answers_lie_in_their_passages_and_negatives_have_none() -> None:
    for example in Examples(None, held_out=False, random_numbers=random.Random(3)).draw(300):
        if example.answer is None:
            assert not example.origin.endswith("answers")
        else:
            start, end = example.answer
            assert 0 <= start < end <= len(example.passage)


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
