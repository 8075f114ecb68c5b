"""Suggestions: what a name says, and which Product it means."""

from __future__ import annotations

import pytest

from benchmarks.suggestions import answers, labelled, products
from dojo_tui.model.names import read
from dojo_tui.model.suggest import THRESHOLD, Suggester

NAMES = ["Payments", "Apache Kafka", "Kafka UI", "Web Shop", "Node.js", "PostgreSQL", "Argo CD", "Gateway", "Firefox"]
NAMES += ["Firefox for iOS", "Ledger"]


@pytest.fixture
def suggester() -> Suggester:
    return Suggester([(str(number), name) for number, name in enumerate(NAMES)])


@pytest.mark.parametrize(
    ("name", "key", "prefix"),
    [
        ("acme/payments-api", "payments", "acme"),
        ("registry.example/acme/payments-api:1.4", "payments", "acme"),
        ("registry.example:5000/acme/Payments_Worker@sha256:ab", "payments", "acme"),
        ("https://payments.staging.example.com", "payments", "example"),
        ("https://user@payments.eu-west-1.example.com:8443/login?x=1", "payments", "example"),
        ("com.acme:payments-api:main", "payments", "com.acme"),
        ("acme_payments", "payments", "acme"),
        ("payments:v1.2.3", "payments", ""),
        ("payments-prod", "payments", ""),
        ("https://acme.github.io/payments/", "payments", ""),
        ("https://10.0.0.7/payments", "payments", ""),
        ("group\\payments", "payments", "group"),
        ("acme/docs", "acme", "acme"),
        ("", "", ""),
        ("///", "", ""),
        ("://", "", ""),
    ],
)
def test_what_a_name_says(name: str, key: str, prefix: str) -> None:
    known = read(name)
    assert (known.key, known.prefix) == (key, prefix)


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("payments", "Payments"),
        ("acme/payments-api", "Payments"),
        ("registry.example/acme/payments-worker:1.4", "Payments"),
        ("https://payments.staging.example.com", "Payments"),
        ("com.acme:payments:main", "Payments"),
        ("bitnami/kafka:3.6", "Apache Kafka"),
        ("https://kafka.apache.org/documentation", "Apache Kafka"),
        ("kafka-ui", "Kafka UI"),
        ("webshop-frontend", "Web Shop"),
        ("argoproj/argocd:v2.9", "Argo CD"),
        ("postgres:16-alpine", "PostgreSQL"),
        ("mozilla/firefox-ios", "Firefox for iOS"),
    ],
)
def test_names_that_mean_a_product(suggester: Suggester, name: str, product: str) -> None:
    found = suggester.suggest(1, name)
    assert found is not None
    assert found.product == product
    assert found.confidence >= THRESHOLD
    assert found.why


@pytest.mark.parametrize(
    "name",
    ["bitnami/kafka-exporter:1.7", "spring-kafka", "acme/gateway-timeouts", "acme/paymentology", "shop", "x", ""],
)
def test_names_that_only_look_alike_are_not_accepted_unseen(suggester: Suggester, name: str) -> None:
    found = suggester.suggest(1, name)
    assert found is None or found.confidence < THRESHOLD


def test_a_misspelt_name_is_suggested_but_not_accepted_unseen(suggester: Suggester) -> None:
    found = suggester.suggest(1, "acme/paymnets")
    assert found is not None
    assert (found.product, found.confidence < THRESHOLD) == ("Payments", True)
    assert "much like" in found.why


def test_what_was_decided_about_the_same_and_about_what_is_called_alike_teaches(suggester: Suggester) -> None:
    assert suggester.suggest(1, "acme/zeus-api") is None
    suggester.learn(1, "acme/zeus-api", "Ledger")
    same = suggester.suggest(2, "registry.example/acme/zeus-api:1.2")
    assert same is not None
    assert (same.product, same.confidence >= THRESHOLD) == ("Ledger", True)
    for alike in ("acme/zeus-worker", "registry.example/zeus:1.2", "https://zeus.prod.example.com"):
        found = suggester.suggest(2, alike)
        assert found is not None
        assert (found.product, found.confidence < THRESHOLD) == ("Ledger", True)
    suggester.learn(1, "acme/zeus-api", "Ledger", -1)
    assert suggester.suggest(2, "registry.example/acme/zeus-api:1.2") is None


def test_two_kinds_of_evidence_are_stronger_than_either(suggester: Suggester) -> None:
    before = suggester.suggest(1, "acme/ledger-timeouts")
    assert before is not None
    assert before.confidence < THRESHOLD
    for name in ("one", "two", "three"):
        suggester.learn(1, f"acme/{name}", "Ledger")
    after = suggester.suggest(1, "acme/ledger-timeouts")
    assert after is not None
    assert after.confidence >= THRESHOLD
    assert after.why == "a part of its name; all 3 mapped siblings"


def test_what_fits_any_program_teaches_nothing(suggester: Suggester) -> None:
    suggester.learn(1, "acme/docs", "Ledger")
    suggester.learn(1, "bank/agent", "Ledger")
    assert suggester.suggest(1, "other/docs") is None
    assert suggester.suggest(1, "other/agent") is None


def test_siblings_that_agree_teach_and_those_that_do_not_are_silent(suggester: Suggester) -> None:
    for name in ("one", "two", "three"):
        suggester.learn(1, f"bank/{name}", "Ledger")
    found = suggester.suggest(1, "bank/four")
    assert found is not None
    assert (found.product, found.why) == ("Ledger", "all 3 mapped siblings")
    assert found.confidence < THRESHOLD
    assert suggester.suggest(2, "bank/four") is None, "another Connector's siblings are none"
    suggester.learn(1, "bank/five", "Payments")
    assert suggester.suggest(1, "bank/four") is None


def test_a_product_that_is_unknown_teaches_nothing(suggester: Suggester) -> None:
    suggester.learn(1, "zeus", "Gone")
    assert suggester.suggest(1, "zeus") is None


def test_on_real_names_the_default_threshold_is_precise() -> None:
    """The held-out names are measured by the benchmark only."""
    told = answers(labelled("tuning"), Suggester(products()))
    accepted = [(row, found) for row, found in told if found and found.confidence >= THRESHOLD]
    right = sum(row.product == found.product for row, found in accepted)
    assert right / len(accepted) >= 0.98
    first = sum(found is not None and row.product == found.product for row, found in told if row.product)
    assert first / sum(bool(row.product) for row, _ in told) >= 0.9
