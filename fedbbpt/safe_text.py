"""Text that a terminal or a page can show without being steered by it."""

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and newline
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"  # drawn as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, direction
    "\ud800-\udfff"  # halves of characters: no encoding takes them
    "\ufe00-\ufe0d\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff"  # tags and selectors that hide text in text
    "]"
)


def safe_text(text: str) -> str:
    r"""Return the text with every character that steers or hides made a visible escape.

    Control characters (but tab and newline), direction marks, characters without width, tags and
    lone surrogates become ``\x1b``, ``\u202e`` or ``\U000e0041``; all else stays as it is. Law:
    doing it twice is doing it once. Markup of pages or terminals is not its business.

    >>> print(safe_text("red\x1b[31m and \u202ekcab"))
    red\x1b[31m and \u202ekcab
    """
    return _UNSAFE.sub(_escape, text)


def safe_json(data: bytes) -> bytes:
    r"""Return JSON that says the same, with what steers or hides written as JSON's own escapes.

    Law: read back it is the same value.

    >>> print(safe_json(bytes([0x22, 0xC2, 0x9B, 0x22])).decode())
    "\u009b"
    """
    return _UNSAFE.sub(_json_escape, data.decode()).encode()


def _json_escape(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
