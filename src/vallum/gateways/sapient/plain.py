"""How is text from outside made safe to keep and to show?"""


def plain(text: str, longest: int) -> str:
    r"""Return a text of at most `longest` characters in which whatever does not print is a question mark.

    Control characters, and among them those that turn the direction of writing, can make a line on the page say
    something else than what was sent.

    Examples
    --------
    >>> plain("tower\u202e7\n", 40)
    'tower?7?'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text[:longest])
