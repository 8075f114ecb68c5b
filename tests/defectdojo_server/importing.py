"""import-scan and reimport-scan: who may, what the form says, into which test, and what is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.defectdojo_server import objects, reports
from tests.defectdojo_server.answers import Answer, Problem, bare, forbidden, invalid, rejected
from tests.defectdojo_server.findings import SEVERITIES, statistics
from tests.defectdojo_server.forms import Form
from tests.defectdojo_server.objects import Check, WrongError
from tests.defectdojo_server.reimport import Checkpoint, Options, Writer, test_type_of
from tests.defectdojo_server.state import ENGAGEMENT, PRODUCT, PRODUCT_TYPE, TEST, Row, State, User, kind, stamp

MAX_FILE = 100 * 1024 * 1024
EXTENSIONS = "xml, csv, nessus, json, jsonl, html, js, zip, xlsx, txt, sarif, fpr, md, log, fvdl"
_INCONSISTENT = "The provided identifiers are inconsistent — the {} does not belong to the specified {}."


def _past_day(state: State, given: Any) -> str:
    day = objects.day(state, given)
    if day > str(state.today()):
        raise WrongError("The scan_date cannot be in the future!")
    return day


_FLAGS = {
    **dict.fromkeys(("active", "verified", "auto_create_context", "deduplication_on_engagement"), False),
    **dict.fromkeys(("push_to_jira", "apply_tags_to_findings", "apply_tags_to_endpoints"), False),
    "close_old_findings_product_scope": False,
    "create_finding_groups_for_all_findings": True,
}
_TEXT = objects.text(blank=False)
_CHECKS: Mapping[str, Check] = {
    "scan_date": _past_day,
    "minimum_severity": objects.one_of(*SEVERITIES),
    **dict.fromkeys((*_FLAGS, "close_old_findings", "do_not_reactivate"), objects.flag),
    **dict.fromkeys(("product_type_name", "product_name", "engagement_name", "test_title", "environment"), _TEXT),
    **dict.fromkeys(("build_id", "branch_tag", "commit_hash", "service", "version", "group_by"), _TEXT),
    "engagement_end_date": objects.day,
    "deduplication_execution_mode": objects.one_of("async", "async_wait", "sync"),
    "scan_type": objects.one_of(*reports.SCAN_TYPES),
    "test": objects.reference("tests"),
    "engagement": objects.reference("engagements"),
}
_LABELS = ("version", "build_id", "commit_hash", "branch_tag")


class Import:
    """One request: an import into a new test, or a reimport into one that is there (or made on the way)."""

    def __init__(self, state: State, user: User, form: Form, *, again: bool) -> None:
        self.state, self.user, self.form, self.again = state, user, form, again
        self.began = state.stamp()
        self.named = {name: text for name, text in form.fields.items() if text}
        self.said: Row = {}

    def answer(self, checkpoint: Checkpoint) -> Answer:
        """Do it all."""
        with self.state.lock:
            self.permitted()
            self.said = self._valid()
            self._environment()
            found = self._test() if self.again else None
            before = None if found is None else statistics(self.state.kinds_of[found["id"]])
        checkpoint("located", 0)  # two that came this far without a test make two tests
        report = reports.read(self.said["scan_type"], self.form.files["file"].data)
        with self.state.lock:
            test = self._into(found, report)
            options = self._options(closes=self.said["close_old_findings"] and not (self.again and found is None))
            writer = Writer(self.state, self.user, test, options, checkpoint, self._moment(), self.began)
            self.state.running[test["id"]] += 1
        try:
            if before is None:
                writer.first_import(report.findings)
            else:
                writer.reimport(report.findings)
            labels = {name: self.said.get(name, "") for name in _LABELS}
            writer.finish(labels, "import" if before is None else "reimport", self._settings(options))
        finally:
            with self.state.lock:
                self.state.running[test["id"]] -= 1
        return Answer(201, self._answered(writer, before))

    def _answered(self, writer: Writer, before: Row | None) -> Row:
        waits = self.said.get("deduplication_execution_mode") in ("sync", "async_wait")
        if waits:
            writer.deduplicate()
        state, test = self.state, writer.test
        with state.lock:
            engagement = state.tables["engagements"][test["engagement"]]
            counts: Row = {"after": statistics(state.kinds_of[test["id"]])}
            if before is not None:
                counts["before"] = before
                counts["delta"] = {name: statistics(Counter(map(kind, rows))) for name, rows in writer.groups().items()}
            places = {"test": test["id"], "test_id": test["id"], "engagement_id": engagement["id"]}
            product = state.tables["products"][engagement["product"]]
            if not waits:  # its worker is done at once
                writer.deduplicate()
        return {
            **self.said,
            **places,
            "product_id": product["id"],
            "product_type_id": product["prod_type"],
            "statistics": counts,
            "deduplication_complete": waits,
        }

    def _named(self, table: str, name: str, **more: Any) -> Row | None:
        """The last object of a name."""
        found = self.state.where(table, name=self.named[name], **more) if name in self.named else []
        return found[-1] if found else None

    def permitted(self) -> None:
        """The stage that looks up what is meant and checks rights; its errors are bare arrays."""
        for name in ("test", "engagement", "product"):
            if not self.named.get(name, "0").isdigit():
                raise bare(f"{name} must be an integer")
        product_type = self._named("product_types", "product_type_name")
        product = self._product()
        own = "test" if self.again else "engagement"
        engagement = None if self.again else self.state.get("engagements", self.named.get("engagement", ""))
        if engagement is None and product is not None:
            engagement = self._named("engagements", "engagement_name", product=product["id"])
        target = self._target_test(engagement) if self.again else engagement
        if target is not None:
            self._same(target, product, engagement)
            if not self.user.may_change:
                raise forbidden()
        elif own in self.named:
            raise bare(f'{own.capitalize()} "{self.named[own]}" does not exist')
        else:
            self._by_names(product_type, product, engagement)

    def _product(self) -> Row | None:
        product = self._named("products", "product_name")
        if product is not None and "product_type_name" in self.named:
            there = self.state.tables["product_types"][product["prod_type"]]["name"]
            if there != self.named["product_type_name"]:
                raise bare(
                    "The fetched product has a conflict with the supplied product type name: existing product type "
                    f"name - {there} vs supplied product type name - {self.named['product_type_name']}"
                )
        return product

    def _target_test(self, engagement: Row | None) -> Row | None:
        test = self.state.get("tests", self.named.get("test", ""))
        if test is not None or engagement is None:
            return test
        columns = {"engagement": engagement["id"], "scan_type": self.named.get("scan_type")}
        if "test_title" in self.named:
            columns["title"] = self.named["test_title"]
        found = self.state.where("tests", **columns)
        return found[-1] if found else None

    def _same(self, target: Row, product: Row | None, engagement: Row | None) -> None:
        """Names that are given beside an id must mean the same."""
        own = "test" if self.again else "engagement"
        above = self.state.tables["engagements"][target["engagement"]] if self.again else target
        there = self.state.tables["products"][above["product"]]
        if "product_name" in self.named and there["name"] != self.named["product_name"]:
            raise bare(_INCONSISTENT.format(own, "product"))
        wanted = self.named.get("engagement_name", above["name"])
        if self.again and (wanted != above["name"] or (engagement is not None and engagement is not above)):
            raise bare(_INCONSISTENT.format(own, "engagement"))
        if not self.again and wanted != above["name"]:
            raise bare(_INCONSISTENT.partition("{}")[0] + "engagement name does not match the specified engagement.")

    def _by_names(self, product_type: Row | None, product: Row | None, engagement: Row | None) -> None:
        named = self.named
        for name in ("product_name", "engagement_name"):
            if name not in named:
                raise bare(f"{name} parameter missing")
        creates = named.get("auto_create_context", "").lower() in ("true", "1")
        missing = f'Product "{named["product_name"]}" does not exist'
        if creates:
            if product is None and "product_type_name" not in named:
                raise bare(f"{missing} and no product_type_name provided to create the new product in")
            if not self.user.may_change:
                raise forbidden()
            return
        if "product_type_name" in named and product_type is None:
            raise bare(f'Product Type "{named["product_type_name"]}" does not exist')
        if product is None:
            inside = f' in Product_Type "{named["product_type_name"]}"' if product_type else ""
            raise bare(missing + inside)
        if engagement is None:
            raise bare(f'Engagement "{named["engagement_name"]}" does not exist in Product "{named["product_name"]}"')
        title = f' "{named["test_title"]}"' if "test_title" in named else ""
        place = f'does not exist in Engagement "{named["engagement_name"]}"'
        raise bare(f'Test{title} with scan_type "{named.get("scan_type")}" {place}')

    def _valid(self) -> Row:
        """The fields with their values; what is not given has its default."""
        good: Row = {"minimum_severity": "Info", **_FLAGS, "close_old_findings": self.again}
        good.update(
            dict.fromkeys(("endpoint_to_add", "lead", "api_scan_configuration", "deduplication_execution_mode"))
        )
        if self.again:
            good["do_not_reactivate"] = False
        problems: dict[str, list[Problem]] = {}
        if "scan_type" not in self.named:
            problems["scan_type"] = [("This field is required.", "required")]
        other = "engagement" if self.again else "test"  # an address ignores the other's field
        for name, check in _CHECKS.items():
            given = self.form.fields.get(name, "").strip()
            if not given or name == other:
                continue
            try:
                good[name] = check(self.state, given)
            except WrongError as wrong:
                problems[name] = [wrong.problem]
        file = self.form.files.get("file")
        extension = file.name.rpartition(".")[2].lower() if file is not None and "." in file.name else ""
        if file is not None and extension not in EXTENSIONS.split(", "):
            text = f"File extension “{extension}” is not allowed. Allowed extensions are: {EXTENSIONS}."
            problems["file"] = [(text, "invalid_extension")]
        if problems:
            raise invalid(problems)
        if file is None:
            raise invalid(
                {"non_field_errors": [(f"Uploading a Report File is required for {good['scan_type']}", "invalid")]}
            )
        if len(file.data) > MAX_FILE:
            raise invalid(
                {"non_field_errors": [("Report file is too large. Maximum supported size is 100 MB", "invalid")]}
            )
        if tags := self._tags():
            good["tags"] = tags
        return good

    def _tags(self) -> list[str]:
        return [tag.strip() for text in self.form.lists.get("tags", ()) for tag in text.split(",") if tag.strip()]

    def _environment(self) -> None:
        name = self.said.get("environment", "Development")
        if self.state.where("development_environments", name=name):
            return
        if not self.said["auto_create_context"]:
            raise rejected(f"Environment named {name} does not exist.")
        self.state.add("development_environments", {"name": name})

    def _test(self) -> Row | None:
        product = self._product()
        engagement = None
        if product is not None:
            engagement = self._named("engagements", "engagement_name", product=product["id"])
        return self._target_test(engagement)

    def _into(self, test: Row | None, report: reports.Report) -> Row:
        """The test that the report goes into: this one if its type fits, else a new one."""
        scan_type = self.said["scan_type"]
        wanted = reports.test_type_name(scan_type, report.type)
        if test is None:
            test = self._new_test(wanted)
        elif report.type is not None and (there := test_type_of(self.state, test)) not in (wanted, scan_type):
            raise rejected(
                f"Test type mismatch: Test {test['id']} has test_type '{there}', but the report contains test_type "
                f"'{wanted}'. Reimport with matching test_type or create a new test."
            )
        for name in ("description", "version"):
            if getattr(report, name) is not None:
                test[name] = getattr(report, name)
        test_type = self.state.tables["test_types"][test["test_type"]]
        test_type.update(report.tools)
        self.state.save("test_types", test_type)
        self.state.save("tests", test)
        return test

    def _new_test(self, type_name: str) -> Row:
        state, now = self.state, self.state.stamp()
        types = state.where("test_types", name=type_name)
        blank = {"static_tool": False, "dynamic_tool": False, "active": True}
        test_type = types[0] if types else state.add("test_types", {"name": type_name, **blank})
        environment = state.where("development_environments", name=self.said.get("environment", "Development"))[0]
        return state.add(
            "tests",
            {
                **TEST,
                **{name: self.said.get(name, "") for name in _LABELS},
                "engagement": self._engagement()["id"],
                "scan_type": self.said["scan_type"],
                "title": self.said.get("test_title"),
                "target_start": self._moment(),
                "target_end": self._moment(),
                "percent_complete": 50,
                "updated": now,
                "created": now,
                "test_type": test_type["id"],
                "environment": environment["id"],
                "tags": self.said.get("tags", []),
            },
        )

    def _engagement(self) -> Row:
        if (given := self.state.get("engagements", self.said.get("engagement", ""))) is not None:
            return given
        product = self._product() or self._new_product()
        there = self._named("engagements", "engagement_name", product=product["id"])
        if there is not None:
            return there
        start, now = self.state.today(), self.state.stamp()
        end = self.said.get("engagement_end_date") or str(start + timedelta(days=365))
        return self.state.add(
            "engagements",
            {
                **ENGAGEMENT,
                "created": now,
                "updated": now,
                "name": self.said["engagement_name"],
                "target_start": str(start),
                "target_end": end,
                "status": "In Progress",
                "engagement_type": "CI/CD",
                "deduplication_on_engagement": self.said["deduplication_on_engagement"],
                "lead": self.user.id,
                "product": product["id"],
            },
        )

    def _new_product(self) -> Row:
        state, now, name = self.state, self.state.stamp(), self.said["product_name"]
        kind = self._named("product_types", "product_type_name")
        if kind is None:
            new = {**PRODUCT_TYPE, "created": now, "updated": now, "name": self.said["product_type_name"]}
            kind = state.add("product_types", new)
        return state.add(
            "products", {**PRODUCT, "created": now, "name": name, "description": name, "prod_type": kind["id"]}
        )

    def _moment(self) -> str:
        """When the scan was: what is gone was closed then."""
        day = self.said.get("scan_date")
        return self.began if day is None else stamp(datetime.fromisoformat(day).replace(tzinfo=UTC))

    def _options(self, *, closes: bool) -> Options:
        said = self.said
        return Options(
            scan_type=said["scan_type"],
            minimum_severity=said["minimum_severity"],
            active=said["active"] if "active" in self.form.fields else None,
            verified=said["verified"] if "verified" in self.form.fields else None,
            close_old=closes,
            close_in_product=said["close_old_findings_product_scope"],
            do_not_reactivate=said.get("do_not_reactivate", False),
            service=said.get("service"),
            date=said.get("scan_date"),
            tags=said.get("tags", ()),
            tag_findings=said["apply_tags_to_findings"],
        )

    def _settings(self, options: Options) -> Row:
        """What the history remembers of the form."""
        said = self.said
        return {
            "tags": list(options.tags),
            "active": options.active,
            "service": options.service,
            "group_by": said.get("group_by"),
            "verified": options.verified,
            "scan_date": None if options.date is None else f"{options.date}T00:00:00+00:00",
            "push_to_jira": said["push_to_jira"],
            "minimum_severity": options.minimum_severity,
            "do_not_reactivate": options.do_not_reactivate,
            "close_old_findings": options.close_old,
            **_same_names(
                said, ("apply_tags_to_findings", "apply_tags_to_endpoints", "close_old_findings_product_scope")
            ),
            **_same_names(said, ("create_finding_groups_for_all_findings",)),
        }


def _same_names(said: Mapping[str, Any], names: Iterable[str]) -> Row:
    return {name: said[name] for name in names}
