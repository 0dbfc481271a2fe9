"""The two kinds of failure that a user is told about, each in one sentence."""


class UserError(Exception):
    """Something the user can put right; its message says what is wrong and what to do."""


class SetupError(UserError):
    """Seeds, index, model or a setting cannot be used; shown as one line, exit status 2."""


class QuestionError(UserError):
    """A question that cannot be taken (empty, too long); shown where the answer would stand."""
