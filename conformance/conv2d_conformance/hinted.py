"""An error told to a person in a sentence, with a hint about what would be right."""

from __future__ import annotations


class Hinted(Exception):
    """What is wrong and, if known, what to do about it. Its text is one after the other."""

    is_of_the_environment = False
    """Whether it is not the usage that is wrong."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence, hint)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.sentence}; {self.hint}" if self.hint else self.sentence


def unless_it_leaves(hint: str, error: BaseException) -> str:
    """The hint for what a file raised, or, where it was about to end Python, how to keep it from that."""
    return 'call sys.exit() only under if __name__ == "__main__"' if isinstance(error, SystemExit) else hint
