"""The README, docs/ and the Tools' pages say what the program does."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from dojo_tui.cli.root import MODULES, root
from scripts import readme

PAGES = {str(page.relative_to(readme.ROOT)): page.read_text(encoding="utf-8") for page in readme.pages()}
TEXT = "\n".join(PAGES.values())
COMMANDS = sorted(
    {
        line.strip().removeprefix("$ ")
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", TEXT, re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
        if re.match(r"\s*(\$ )?dojo-tui\b", line)
    }
)


@pytest.mark.parametrize("page", PAGES)
def test_generated_parts_are_up_to_date(page: str) -> None:
    assert readme.written(PAGES[page]) == PAGES[page], "run: python -m scripts.readme"


def test_every_generated_part_has_a_page() -> None:
    assert readme.missing() == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    """Files and headings of the repository; addresses elsewhere are not asked."""
    prose = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?:|mailto:)([^)]+)\)", prose):
        name, _, anchor = target.partition("#")
        file = (readme.ROOT / page).parent / name if name else readme.ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in _anchors(file.read_text(encoding="utf-8")), target


def _anchors(text: str) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_read_in_one_evening() -> None:
    assert len(PAGES["README.md"].splitlines()) <= 300


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_line_shown_exists(line: str) -> None:
    words = shlex.split(re.split(r"[|>#]", line)[0])[1:]
    command: click.Command = root
    context = click.Context(root, info_name="dojo-tui")
    while isinstance(command, click.Group) and words:
        flags = [word for word in words if not word.startswith("-")]
        if not flags:
            break
        found = command.get_command(context, flags[0])
        assert found is not None, flags[0]
        words.remove(flags[0])
        command = found
        context = click.Context(command, info_name=flags[0], parent=context)
    parameters = [*command.params, *root.params]
    known = {name for parameter in parameters for name in [*parameter.opts, *parameter.secondary_opts, "--help"]}
    assert {word.split("=")[0] for word in words if word.startswith("--")} <= known


def test_every_command_is_told() -> None:
    for name in MODULES:
        assert f"dojo-tui {name}" in TEXT
