"""The form of a DefectDojo server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from dojo_tui.services.destinations import USUAL_TOKEN, Server
from dojo_tui.services.secrets import KINDS
from dojo_tui.services.settings import MOST_AT_ONCE
from dojo_tui.store.destinations import AT_ONCE
from dojo_tui.store.reimports import DEFAULT_PRODUCT_TYPE
from dojo_tui.ui.commands import keyed
from dojo_tui.ui.screens.form import Form
from dojo_tui.ui.widgets.plain import plain

if TYPE_CHECKING:
    from dojo_tui.store.destinations import DestinationRow
    from dojo_tui.ui.screens.check import CheckScreen

ADDRESS = "of its web pages, like https://dojo.example.com"
MOVED = "change it only if the server moved, with all its data"
VERIFY = "no: whoever is on the way can read the token and change Findings"


class DestinationForm(Form):
    """Adds a server, or edits one."""

    def __init__(self, row: DestinationRow | None = None, *, used: bool = False) -> None:
        """``used``: Findings go there now."""
        super().__init__()
        self._row, self._used = row, used

    def heading(self) -> str:
        """Its address."""
        return f"Edit {plain(self._row.url, 60)}" if self._row is not None else "New: a DefectDojo server"

    def fields(self) -> Iterator[Widget]:
        """Where it is, how it is reached, and what its Products get."""
        row = self._row
        yield from self.field("address", "Address *", MOVED if row else ADDRESS, row.url if row else "")
        token = (row.secret or USUAL_TOKEN) if row else ""
        reference = f"a reference to the API v2 key of a DefectDojo user: {KINDS}"
        yield from self.field("token", "Token *", reference, token, USUAL_TOKEN, secret=True)
        ca_file = "a file (PEM) with the certificate of your own authority; empty for those of the system"
        yield from self.field("ca_file", "Certificates", ca_file, row.ca_file if row else "")
        yield from self.field("verify", "Verify", f"yes, or {VERIFY}", "yes" if row is None or row.verify else "no")
        kind = "of Products that are made without naming one"
        yield from self.field(
            "product_type", "Product Type", kind, row.product_type if row else "", DEFAULT_PRODUCT_TYPE
        )
        number = f"requests at the same time, 1 to {MOST_AT_ONCE}"
        yield from self.field("at_once", "At once", number, str(row.at_once) if row else "", str(AT_ONCE))

    def _values(self) -> dict[str, Any]:
        return {
            "secret": self.value("token") or USUAL_TOKEN,
            "ca_file": self.value("ca_file"),
            "verify": self.answer("verify", "Verify"),
            "product_type": self.value("product_type") or DEFAULT_PRODUCT_TYPE,
            "at_once": self._at_once(),
        }

    def _at_once(self) -> int:
        text = self.value("at_once") or str(AT_ONCE)
        if not text.isdecimal():
            raise ValueError(f"At once: a number from 1 to {MOST_AT_ONCE}.")
        return int(text)

    def saving(self) -> Callable[[], object]:
        """Add it, or change it; what is in use is used with its new settings at once."""
        from dojo_tui.ui.switching import switch

        workspace, row, address, values = self.app.workspace, self._row, self.value("address"), self._values()
        assert workspace is not None, "a form is saved once the store is open"
        if row is None:
            return lambda: workspace.destinations.add(address, **values)
        if self._used and workspace.pinned and address != row.url:
            # It would be looked for at the old address again, and added there as another one.
            raise ValueError("Address: it is named by --destination, $DOJO_TUI_DESTINATION or a config file too.")

        def edit() -> object:
            return workspace.destinations.edit(row.url, address=address, **values)

        return partial(switch, self.app, edit) if self._used else edit

    def checking(self) -> CheckScreen:
        """Try what stands in the fields."""
        from dojo_tui.ui.screens.destinations import DestinationCheck

        workspace, values = self.app.workspace, self._values()
        assert workspace is not None, "a form is checked once the store is open"
        server = Server(self.value("address"), **values)
        return DestinationCheck(
            None,
            server.url or "no address yet",
            partial(workspace.destinations.check, server),
        )

    def saved(self, result: object) -> None:
        """Use what changed, and say what comes next."""
        from dojo_tui.ui.switching import switched

        if self._used:
            switched(self.app)
        else:
            self.app.changed(records=True)
        address = plain(self.value("address"), 60)
        ways = keyed("{check_destination} checks it")
        if not self._used:
            ways += keyed(", {use} sends Findings there")
        self.app.tell(f"✓ {address} saved. {ways}.", "good")
