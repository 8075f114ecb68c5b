"""Mapping rules: kept in order, previewed, applied at Discover and on demand, taken back, exported and imported."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import pytest

from dojo_tui.model.errors import CancelledError, NotFoundError
from dojo_tui.model.record import State
from dojo_tui.model.rules import Rule, RuleError
from dojo_tui.services.cancel import CancelToken
from dojo_tui.services.rules import BY, Rules
from tests.services.fakes import World

NAMES = ("acme/shop-api", "acme/shop-web", "acme/blog", "acme/blog-old", "other")


@pytest.fixture
def rules(world: World) -> Rules:
    world.list(*NAMES)
    return world.workspace.rules


def order(rules: Rules) -> list[str]:
    rows = rules.all()
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    return [row.pattern for row in rows]


def products(world: World) -> dict[str, str | None]:
    return {name: row.product_name for name, row in world.records().items()}


def test_the_list_keeps_its_order(rules: Rules) -> None:
    first, second, third = (rules.add(Rule(name, "P")) for name in ("a", "b", "c"))
    assert order(rules) == ["a", "b", "c"]
    rules.add(Rule("d", None), at=2)
    assert order(rules) == ["a", "d", "b", "c"]
    assert rules.move(third.id, 1).position == 1
    assert rules.move(first.id, 99).position == 4
    assert order(rules) == ["c", "d", "b", "a"]
    edited = rules.edit(second.id, Rule("B", "{name}", "Web"))
    assert (edited.position, edited.product, edited.product_type) == (3, "{name}", "Web")
    assert rules.remove([first.id, third.id]) == 2
    assert order(rules) == ["d", "B"]


def test_what_is_wrong_changes_nothing(world: World, rules: Rules) -> None:
    row = rules.add(Rule("a", "P"))
    attempts: tuple[Callable[[], object], ...] = (
        lambda: rules.add(Rule("[", "P")),
        lambda: rules.add(Rule("b", "{1}"), at=1),
        lambda: rules.edit(row.id, Rule("a", " ")),
    )
    for attempt in attempts:
        with pytest.raises(RuleError):
            attempt()
    with pytest.raises(NotFoundError):
        rules.add(Rule("b", "P", connector_id=world.connector_id + 99))
    with pytest.raises(NotFoundError):
        rules.remove([row.id, row.id + 99])
    with pytest.raises(NotFoundError):
        rules.move(row.id + 99, 1)
    assert order(rules) == ["a"]


def test_rules_go_with_their_connector(world: World, rules: Rules) -> None:
    rules.add(Rule("a", "P"))
    rules.add(Rule("b", "P", connector_id=world.connector_id))
    rules.add(Rule("c", "P"))
    assert rules.all()[1].connector_label == "Fake"
    world.workspace.connectors.remove(world.connector_id)
    assert order(rules) == ["a", "c"]


def test_a_discover_applies_them_before_auto_map_and_the_history_tells_which(world: World, rules: Rules) -> None:
    world.workspace.connectors.edit(world.connector_id, auto_map=True)
    rules.add(Rule("*-old", None))
    rules.add(Rule("acme/{shop,blog}*", "{1}", "Web"))
    done = world.discover()
    assert products(world) == {
        "acme/shop-api": "shop",
        "acme/shop-web": "shop",
        "acme/blog": "blog",
        "acme/blog-old": None,
        "other": "other",
    }
    assert world.states()["acme/blog-old"] is State.IGNORED
    assert done.counts["mapped"] == 4
    assert {product.product_type for product in world.workspace.destination.products()} == {"Web", "Default"}
    [change] = world.workspace.mapper.history(world.ids("acme/shop-api")[0])
    assert (change.by, change.act, change.rule) == (BY, "map", "acme/{shop,blog}* -> {1}")
    [change] = world.workspace.mapper.history(world.ids("acme/blog-old")[0])
    assert (change.by, change.act, change.rule) == (BY, "ignore", "*-old -> ignore")
    assert world.records()["acme/shop-api"].finalized_by == BY


def test_what_they_did_at_a_discover_is_one_act_and_once_taken_back_is_left_alone(world: World, rules: Rules) -> None:
    rules.add(Rule("*-old", None))
    rules.add(Rule("acme/*", "Acme"))
    world.discover()
    mapper = world.workspace.mapper
    assert mapper.undo() is None, "the rules' acts are not the person's"
    undone = mapper.undo(BY)
    assert undone is not None
    assert undone.count == 4
    assert set(world.states().values()) == {State.NEW}
    world.discover()
    assert set(world.states().values()) == {State.NEW}
    redone = mapper.redo()
    assert redone is not None
    assert products(world)["acme/blog"] == "Acme"


def test_a_restored_record_is_not_ignored_again_by_the_next_discover(world: World, rules: Rules) -> None:
    rules.add(Rule("*-old", None))
    world.discover()
    world.workspace.mapper.restore(world.ids("acme/blog-old"))
    world.discover()
    assert world.states()["acme/blog-old"] is State.NEW


def test_on_demand_they_decide_about_all_that_are_new_and_undo_takes_it_back(world: World, rules: Rules) -> None:
    world.discover()
    world.map("Mine", "acme/shop-web")
    rules.add(Rule("*-old", None))
    rules.add(Rule("acme/*", "Acme"))
    change = rules.apply()
    assert (change.count, change.sentence) == (3, "Rules mapped 2 Records and ignored 1 Record.")
    assert products(world)["acme/shop-web"] == "Mine"
    assert world.records()["acme/blog"].finalized_by == "ada"
    undone = world.workspace.mapper.undo()
    assert undone is not None
    assert undone.sentence == "Took back: map 3 Records."
    assert products(world) == {**dict.fromkeys(NAMES), "acme/shop-web": "Mine"}
    assert rules.apply(connector_id=world.connector_id + 1).count == 0
    assert rules.apply(connector_id=world.connector_id).count == 3
    assert rules.apply().sentence == "Rules mapped 0 Records."


def test_a_preview_counts_and_changes_nothing(world: World, rules: Rules) -> None:
    world.workspace.destination.find_or_create_product("Acme")
    world.discover()
    rules.add(Rule("*-old", None))
    rules.add(Rule("acme/*", "Acme"))
    preview = rules.preview([*(row.rule for row in rules.all()), Rule("*", "{name}"), Rule("acme/blog*", "B")])
    assert [(caught.count, caught.earlier) for caught in preview.rules] == [(1, 0), (3, 1), (1, 4), (0, 2)]
    assert (preview.looked_at, preview.mapped, preview.ignored, preview.left) == (5, 4, 1, 0)
    assert preview.new_products == ["other"]
    assert [(one.name, one.product) for one in preview.rules[1].samples] == [
        ("acme/shop-api", "Acme"),
        ("acme/shop-web", "Acme"),
        ("acme/blog", "Acme"),
    ]
    assert rules.preview([Rule("acme/*", "{1}")], samples=1).rules[0].count == 4
    assert rules.preview().left == 1
    assert set(world.states().values()) == {State.NEW}
    assert [product.name for product in world.workspace.destination.products()] == ["Acme"]
    with pytest.raises(RuleError):
        rules.preview([Rule("[", "P")])
    token = CancelToken()
    token.cancel()
    with pytest.raises(CancelledError):
        rules.preview(token=token)


def test_what_cannot_be_the_name_of_a_product_stays_new_and_is_told(world: World, rules: Rules) -> None:
    world.list("x", "x" * 300, "y")
    rules.add(Rule("x*", "{1}"))
    rules.add(Rule("y", "{name}"))
    world.discover()
    assert rules.preview().rules[0].problem_count == 2
    assert world.states() == {"x": State.NEW, "x" * 300: State.NEW, "y": State.GOOD}
    assert "2 Records stayed New" in rules.apply().sentence


def test_export_and_import_are_a_round_trip_in_order(world: World, rules: Rules) -> None:
    rules.add(Rule('a"\\*\n\x7f\U0001f600', "Ü {name}", "Web"))
    rules.add(Rule("b", None))
    rules.add(Rule("c*", "{1}", connector_id=world.connector_id))
    text = rules.export()
    assert len(tomllib.loads(text)["rule"]) == 3
    before = [(row.rule, row.connector_label) for row in rules.all()]
    assert rules.load(text) == 3
    assert [(row.rule, row.connector_label) for row in rules.all()] == before
    assert rules.export() == text
    assert rules.load(text, append=True) == 3
    assert [(row.rule, row.connector_label) for row in rules.all()] == before * 2
    assert rules.load("") == 0
    assert rules.all() == []
    assert rules.export() == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule", "not TOML"),
        ("[[rules]]", "'rules' is not known"),
        ("rule = 1", "'rule' is no list"),
        ("rule = [1]", "Rule 1: it is no table"),
        ('[[rule]]\nname = "a"\nignore = true\n[[rule]]\nnam = "b"', "Rule 2: 'nam' is not known"),
        ('[[rule]]\nproduct = "P"', "Rule 1: 'name' is missing"),
        ('[[rule]]\nname = "a"', "Rule 1: it needs either"),
        ('[[rule]]\nname = "a"\nproduct = "P"\nignore = true', "Rule 1: it needs either"),
        ('[[rule]]\nname = 1\nproduct = "P"', "Rule 1: 'name' must be a text"),
        ('[[rule]]\nname = "a"\nignore = "yes"', "Rule 1: 'ignore' must be true"),
        ('[[rule]]\nname = "a"\nproduct = "P"\nconnector = "Nope"', "Rule 1: there is no Connector 'Nope'"),
        ('[[rule]]\nname = "a["\nproduct = "P"', "character 2: '[' has no ']'"),
    ],
)
def test_a_file_with_a_wrong_rule_changes_nothing(rules: Rules, text: str, said: str) -> None:
    rules.add(Rule("there", "P"))
    with pytest.raises(RuleError) as caught:
        rules.load(text)
    assert said in caught.value.what
    assert order(rules) == ["there"]
