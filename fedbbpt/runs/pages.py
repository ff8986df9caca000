"""What every page shares: one style, texts that steer nothing, and figures set as in print."""

import base64
import hashlib
import re
from importlib import resources

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from fedbbpt.runs import phrases
from fedbbpt.safe_text import safe_text

STYLE = "report.css"


def page_environment() -> Environment:
    """Return an environment whose pages neutralise and escape every text that they print."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = lambda value: typeset(phrases.percent(value))
    environment.filters["points"] = lambda value: typeset(phrases.points(value))
    environment.filters["chance"] = phrases.probability
    environment.filters["typeset"] = typeset
    environment.globals["span"] = lambda *ends: typeset(phrases.span(*ends))
    return environment


def typeset(text: str) -> str:
    """Give our own phrases a true minus and keep figures with their signs."""
    whole = re.sub(r" (?=%)|(?<=p) (?=[=<])|(?<=[=<]) (?=\d)", "\N{NO-BREAK SPACE}", text)
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", whole)


def page_resource(package: str, name: str) -> str:
    """Return a text file of a package, as UTF-8."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def style_hash(style: str) -> str:
    """Return what a page's own policy calls its style, so that a browser takes no other."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"sha256-{digest}"


def _finalize(value: object) -> object:
    """Neutralise every text that a template prints; the page's own parts are ``Markup``."""
    return safe_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value
