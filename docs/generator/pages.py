"""All reference pages by file name, and their index."""

from generator.command_page import command_page
from generator.error_page import error_page
from generator.file_page import file_page
from generator.markdown import page
from generator.plugin_page import plugin_page
from generator.python_page import python_page
from generator.recipe_page import recipe_page
from generator.results_page import results_page
from generator.run_file_page import run_file_page

_PAGES = {
    "run-file.md": (run_file_page, "every table and key of a run file"),
    "plugins.md": (plugin_page, "optimizers, aggregators, metrics, endpoints and their settings"),
    "recipes.md": (recipe_page, "the published methods that ship with the package"),
    "commands.md": (command_page, "what each command takes"),
    "python.md": (python_page, "what `import fedbbpt` offers"),
    "results.md": (results_page, "every field of `results.json` and `stats.json`"),
    "files.md": (file_page, "what a run leaves in its folder"),
    "errors.md": (error_page, "error classes and exit codes"),
}


def all_pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    made = {name: make() for name, (make, _) in _PAGES.items()}
    return {"README.md": _index(), **made}


def _index() -> str:
    lines = [
        f"- [{name.removesuffix('.md')}]({name}): {what}" for name, (_, what) in _PAGES.items()
    ]
    return page("Reference", "Made from the code by `make docs`.", "\n".join(lines))
