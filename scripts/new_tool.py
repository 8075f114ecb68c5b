"""Write the skeleton of a new Tool: its folder, and that of its tests. Nothing else has to be touched.

``python -m scripts.new_tool acme-scan`` writes ``dojo_tui/tools/acme_scan/`` and ``tests/tools/acme_scan/``, which pass
every check: a tool with projects and issues that does not exist, to be changed piece by piece.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from string import Template

ROOT = Path(__file__).parent.parent

_FILES = {
    "dojo_tui/tools/$folder/__init__.py": '"""$title."""\n',
    "dojo_tui/tools/$folder/connector.py": '''"""$title: projects, and their issues."""

from __future__ import annotations

from collections.abc import Iterator

from dojo_tui.sdk import (
    Api,
    ApiTool,
    Family,
    InBody,
    Listing,
    PageNumber,
    Request,
    Row,
    Server,
    Setup,
    Vep,
    bearer,
    path,
    secret,
    server,
)
from dojo_tui.tools.$folder.mapping import finding, project

_PAGES = PageNumber("page", "size", rows=100)


class $class_(ApiTool):
    """A project is a VEP."""

    name = "$name"
    title = "$title"
    location = server("Address of the server, e.g. https://$name.example.org")
    secrets = (secret("Token of a user who may read projects and issues"),)

    def server(self, setup: Setup) -> Server:
        """The interface, and the token as a bearer."""
        return Server(f"{setup.location}/api", bearer(setup.secret()))

    def veps(self, api: Api) -> Iterator[Vep]:
        """Every project that the token's user may see."""
        return map(project, api.rows(_listing("/projects")))

    def families(self, setup: Setup) -> tuple[Family, ...]:
        """Only one."""
        return (Family("$title", _issues, finding, skips={403: "issues are not enabled for this project"}),)


def _issues(api: Api, vendor_id: str) -> Iterator[Row]:
    return api.rows(_listing(path("/projects/{}/issues", vendor_id)))


def _listing(place: str) -> Listing:
    return Listing(Request(place), _PAGES, rows="items", key="id", total=InBody("total"))


TOOL = $class_()
''',
    "dojo_tui/tools/$folder/mapping.py": '''"""What a project and an issue of $title are: a VEP and a Finding."""

from __future__ import annotations

from dojo_tui.sdk import Finding, Row, Vep


def project(row: Row) -> Vep:
    """A project by its id, which survives renames."""
    return Vep(row.must("id"), row.text("name"), {"url": row.text("url")})


def finding(row: Row, _vendor_id: str) -> Finding:
    """An issue."""
    return Finding(
        title=row.must("title"),
        **row.severity("severity"),
        description=row.text("text"),
        unique_id=row.must("id"),
        file_path=row.text("file"),
        line=row.whole("line"),
        static_finding=True,
    )
''',
    "dojo_tui/tools/$folder/README.md": """# $title

```console
$$ dojo-tui connectors add $name --label $name --location https://$name.example.org \\
    --secret 'command:pass show $name/token' --sync-every 6h
$$ dojo-tui connectors check $name
```

**What becomes a Record.** Every project that the token's user may see, by its id.

**Where the key comes from, and its least rights.** …

<!-- fields of $name: made by scripts/readme.py -->
<!-- end of fields of $name -->

**What its Findings are.** One per issue, by its id.

**What is skipped.** A project whose issues are not enabled (403): what is held of it stays.

**How it was verified.** Not yet.
""",
    "tests/tools/$folder/__init__.py": "",
    "tests/tools/$folder/samples/issues.json": """{
 "origin": "own, invented",
 "mapping": "finding",
 "vendor_id": "p1",
 "rows": [{"id": "i1", "title": "A flaw", "severity": "high", "text": "What it is.", "file": "app.py", "line": 7}]
}
""",
    "tests/tools/$folder/test_connector.py": '''"""$title: the kit, and the rules of its own."""

from __future__ import annotations

from typing import Any

import pytest

from dojo_tui.testing import Call, Check, Reply, Subject, ToolServer, World, conformance
from dojo_tui.tools.$folder.connector import TOOL


def _serve(server: ToolServer, world: World) -> None:
    def page(call: Call, rows: list[dict[str, Any]]) -> Reply:
        start = (call.number("page", 1) - 1) * 100
        return Reply({"items": rows[start : start + 100], "total": len(rows)})

    def issues(call: Call) -> Reply:
        flaws = world.flaws(call.parts[0])
        return page(call, [{"id": str(flaw.number), "title": flaw.title, "text": flaw.text} for flaw in flaws])

    projects = [{"id": thing.id, "name": thing.name} for thing in world.things]
    server.on("GET", "/api/projects", lambda call: page(call, projects))
    server.on("GET", "/api/projects/{}/issues", issues)


@pytest.mark.parametrize("check", conformance(Subject(TOOL, _serve)), ids=str)
def test_conformance(check: Check) -> None:
    check()
''',
}


def write(name: str, root: Path = ROOT) -> list[Path]:
    """Write the files of the Tool ``name`` below ``root``; raises ValueError for a name that cannot be, or is there."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ValueError(f"{name!r} is no name of a Tool: use small letters, digits and single hyphens, like acme-scan")
    words = name.split("-")
    values = {
        "name": name,
        "folder": "_".join(words),
        "title": " ".join(word.capitalize() for word in words),
        "class_": "".join(word.capitalize() for word in words),
    }
    if (root / "dojo_tui" / "tools" / values["folder"]).exists():
        raise ValueError(f"there is a Tool {name} already")
    written = []
    for place, text in _FILES.items():
        file = root / Template(place).substitute(values)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(text).substitute(values), encoding="utf-8")
        written.append(file)
    return written


def main() -> None:
    """Write a Tool and say what is next."""
    if len(sys.argv) != 2:
        sys.exit("Say its name: python -m scripts.new_tool acme-scan")
    try:
        written = write(sys.argv[1])
    except ValueError as error:
        sys.exit(str(error))
    for file in written:
        print(file.relative_to(ROOT))
    folder = sys.argv[1].replace("-", "_")
    print(f"Next: python -m tests.tools; python -m scripts.readme; pytest tests/tools -k {folder}")


if __name__ == "__main__":
    main()
