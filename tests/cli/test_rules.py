"""Suggestions and mapping rules from the shell."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def found(cli: Cli) -> Cli:
    for folder in ("shop/api", "shop/web", "blog-old", "zeus"):
        cli.report(folder, [])
    cli.add()
    cli("discover")
    return cli


def names(cli: Cli) -> dict[str, str | None]:
    return {row["name"]: row["product"] for row in cli.json("records", "list")}


def test_suggestions_are_listed_applied_and_taken_back(found: Cli) -> None:
    assert found.json("records", "suggest") == []
    found("records", "map", str(found.json("records", "list", "--filter", "zeus")[0]["id"]), "--product", "Shop")
    [api, web] = found.json("records", "suggest", "--threshold", "0.9")
    assert (api["name"], api["product"], api["confidence"] >= 0.9) == ("shop/api", "Shop", True)
    assert web.keys() == {"record", "name", "product", "confidence", "why"}
    assert "Shop" in found("records", "suggest", "--connector", "scans").out
    found("--read-only", "records", "suggest")
    found("--read-only", "records", "suggest", "--apply", expect=2)
    assert found.json("records", "suggest", "--apply")["count"] == 2
    assert names(found) == {"shop/api": "Shop", "shop/web": "Shop", "zeus": "Shop", "blog-old": None}
    found("records", "undo")
    assert names(found)["shop/web"] is None
    found("records", "suggest", "--threshold", "2", expect=2)
    found("records", "suggest", "--connector", "nope", expect=2)


def test_rules_from_the_first_to_undo(found: Cli, tmp_path: Path) -> None:
    assert "No rules" in found("rules", "list").err
    found("rules", "add", "shop/*", "--product", "Shop {1}", "--product-type", "Web")
    found("rules", "add", "*-old", "--ignore", "--at", "1", "--connector", "scans")
    assert [(row["position"], row["name"], row["ignore"], row["connector"]) for row in found.json("rules", "list")] == [
        (1, "*-old", True, "scans"),
        (2, "shop/*", False, None),
    ]
    preview = found.json("rules", "preview")
    assert [(rule["count"], len(rule["samples"])) for rule in preview["rules"]] == [(1, 1), (2, 2)]
    assert (preview["mapped"], preview["ignored"], preview["left"]) == (2, 1, 1)
    assert preview["new_products"] == ["Shop api", "Shop web"]
    text = found("rules", "apply", "--dry-run").out
    assert "2 would be mapped, 2 Products of them new, 1 ignored, 1 left" in text
    assert set(names(found).values()) == {None}
    assert "Rules mapped 2 Records and ignored 1 Record." in found("rules", "apply").out
    assert names(found)["shop/api"] == "Shop api"
    history = found.json("records", "history", found.json("records", "list", "--filter", "shop/api")[0]["id"])
    assert history[0]["rule"] == "shop/* -> Shop {1}"
    found("records", "undo")
    assert set(names(found).values()) == {None}

    file = tmp_path / "rules.toml"
    found("rules", "export", file)
    assert [rule["name"] for rule in tomllib.loads(file.read_text())["rule"]] == ["*-old", "shop/*"]
    assert found("rules", "export").out == file.read_text()
    found("rules", "export", file, expect=2)  # it is there, and nobody can be asked
    found("rules", "export", file, "--yes")
    found("rules", "edit", 2, "--name", "shop/{api,web}", "--product", "Shop")
    found("rules", "move", 2, 1)
    [first, _] = found.json("rules", "list")
    assert (first["name"], first["product"], first["product_type"]) == ("shop/{api,web}", "Shop", "Web")
    found("rules", "edit", 1, "--ignore", "--connector", "scans")
    assert found.json("rules", "list")[0]["product"] is None
    found("rules", "edit", 1, "--product", "Shop", "--all-connectors")
    assert found.json("rules", "list")[0]["connector"] is None
    found("rules", "remove", 1, 2, "--yes")
    assert found.json("rules", "list") == []
    found("rules", "import", file)
    found("rules", "import", file, expect=2)  # it replaces, and nobody can be asked
    found("rules", "import", file, "--append")
    assert len(found.json("rules", "list")) == 4
    assert found.json("rules", "import", file, "--yes") == {"count": 2}


def test_what_rules_did_at_a_discover_is_taken_back_by_name(cli: Cli) -> None:
    cli.report("shop", [])
    cli.add()
    cli("rules", "add", "*", "--product", "All")
    cli("discover")
    assert names(cli) == {"shop": "All"}
    assert "nothing to undo" in cli("records", "undo").out
    assert "Took back" in cli("rules", "undo").out
    assert names(cli) == {"shop": None}
    assert "nothing that rules did" in cli("rules", "undo").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "a["), "either --product or --ignore"),
        (("add", "a[", "--ignore"), "character 2: '[' has no ']'"),
        (("add", "a*", "--product", "{2}"), "captures 1 text"),
        (("add", "a", "--product", "P", "--ignore"), "either --product or --ignore"),
        (("edit", "1", "--ignore"), "no rule at position 1"),
        (("move", "1", "2"), "no rule at position 1"),
        (("remove", "1", "--yes"), "no rule at position 1"),
    ],
)
def test_a_wrong_request_says_why(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    done = cli("rules", *arguments, "--json", expect=2)
    assert said in json.loads(done.err)["error"]["what"]


def test_a_filter_that_is_wrong_is_refused(found: Cli) -> None:
    assert "did you mean 'state:'" in found("records", "list", "--filter", "stat:new", expect=2).err
    assert found.json("records", "list", "--filter", '"stat:new"') == []
    assert len(found.json("records", "list", "--filter", "seen:<1d -blog synced:never")) == 3
