"""A question becomes a cited Answer."""

from assistant.answer import Answer, Citation, Sentence
from assistant.assistant import Assistant
from assistant.chain import Question
from assistant.settings import Settings

__all__ = ["Answer", "Assistant", "Citation", "Question", "Sentence", "Settings"]
