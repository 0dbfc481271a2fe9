"""A small trained reader: does a passage answer a question, and with which words?"""

from reader.errors import ReaderUnavailable
from reader.model import Reader, Reading

__all__ = ["Reader", "ReaderUnavailable", "Reading"]
