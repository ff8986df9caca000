"""One way to write what may be written in many: signs, digits, spaces, markup and LaTeX."""

import re
import unicodedata

TAIL = 20_000
"""Characters at the end of a reply that are read: the answer comes last, and time is bounded."""

_DROPPED = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_MINUS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-")
_SUPERSCRIPTS = re.compile("[\u207a\u207b]?[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+")
_HALVES = re.compile("(?<=[0-9])(?=[\u00bc-\u00be\u2150-\u215e])")

_EQUATION_GOES_ON = re.compile(r"[ \t]*\n\s*(?=[=\u2248] ?[0-9$(-])|(?<=[ \t]=)[ \t]*\n\s*")

_LATEX = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"\\[dtc]?frac\s*\{\s*([^{}\\]{1,40}?)\s*\}\s*\{\s*([^{}\\]{1,40}?)\s*\}", r" \1/\2 "),
        (r"\\[dt]?frac\s*([0-9])\s*([0-9])", r" \1/\2 "),
        (r"\\(?:text\w{0,2}|math\w{2,6}|operatorname|mbox)\s*\{([^{}]{0,400})\}", r" \1 "),
        (r"\{,\}", ","),
        (r"\\[,!;:]", ""),
        (r"\\(?:left|right|displaystyle)(?![a-z])|\\[()\[\]]", " "),
        (r"\\(?:times|cdot)(?![a-z])", "\u00d7"),
        (r"\\div(?![a-z])", "\u00f7"),
        (r"\\(?=[%$])", ""),
        (r"\^\s*\{?\s*\\circ\s*\}?", "\u00b0"),
    )
)


def tidy(text: str) -> str:
    r"""Return the end of a text in plain signs, so that readers need to know one way of writing.

    Compatibility forms, dashes for minus, digits of other scripts, raised digits, bold marks and
    the usual LaTeX around numbers are written plainly; ``\boxed`` stays. An equation over several
    lines becomes one line.

    >>> tidy("**\u22121{,}000** \\text{km}, 1\u00bd, 10\u00b2")
    '-1,000 km , 1 1/2, 10^2'
    """
    text = _SUPERSCRIPTS.sub(lambda found: f"^{found.group()}", text[-TAIL:])
    text = unicodedata.normalize("NFKC", _HALVES.sub(" ", text))
    text = text.translate(_DROPPED | _MINUS).replace("\u2044", "/")
    if not text.isascii():
        text = "".join(map(_plain_digit, text))
    text = re.sub(r"(?<=[0-9])[ ]?\*\*[ ]?(?=[0-9])", "^", text).replace("**", "")
    for pattern, put in _LATEX:
        text = pattern.sub(put, text)
    return re.sub(r"  +", " ", _EQUATION_GOES_ON.sub(" ", text))


def _plain_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character
