"""The one failure that a caller of the reader has to expect."""


class ReaderUnavailable(Exception):
    """The reader cannot be used here; its message is one line that says why and what to do."""
