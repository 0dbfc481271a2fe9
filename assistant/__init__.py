"""A question becomes a cited Answer."""

from assistant.answer import Answer, Citation, Sentence
from assistant.chain import Assistant, Question
from assistant.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Question", "Sentence", "Settings"]
