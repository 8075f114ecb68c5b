"""Every command of the app, declared once."""

from __future__ import annotations

from dojo_tui.model.operation import Status
from dojo_tui.model.record import UNMAPPED as UNMAPPED_STATES
from dojo_tui.model.record import Event, State, after
from dojo_tui.ui.commands import (
    CHECK,
    CONNECTORS,
    EVERYWHERE,
    FINDINGS,
    LISTS,
    MAPPED,
    ONE_OR_MORE,
    OPERATION,
    OPERATIONS,
    RECORD,
    RECORDS,
    TABS,
    UNMAPPED,
    Command,
    Context,
)

HINT = "click it in the bottom line"
MENU = "right-click a row (or click ^p menu) and click it in the list"
NOTHING_HELD = "nothing is held in this Operation"
MOVE, MARK, MAP, RUN, SHOW, CONNECT, PROGRAM = "Move", "Mark", "Map", "Run", "Show", "Connectors", "Program"


def _row(context: Context) -> str:
    return "" if context.targets else "there is nothing under the cursor"


def _one(context: Context) -> str:
    return "" if context.row is not None else "there is nothing under the cursor"


def _rows(context: Context) -> str:
    return "" if context.rows else "the list is empty"


def _connector(context: Context) -> str:
    return "" if context.connectors else "there is no Connector yet: add one with C, then n"


def _can(event: Event) -> str:
    return {Event.RESTORE: "only an Ignored Record can be restored"}.get(event, "not possible in its state")


def _state(context: Context, event: Event) -> str:
    if not context.targets:
        return "there is nothing under the cursor"
    # What is marked may be a hundred thousand rows: the service looks at these.
    if context.marked or after(context.row.state, event) is not None:
        return ""
    return _can(event)


def _restorable(context: Context) -> str:
    return _state(context, Event.RESTORE)


def _ignorable(context: Context) -> str:
    reason = _row(context)
    if not reason and not context.marked and context.row.state is State.IGNORED:
        return "it is ignored already"
    return reason


def _acceptable(context: Context) -> str:
    if len(context.marked) > 1:
        return "it accepts one Record at a time; m maps several to one Product, auto-map each to its own"
    if not context.targets:
        return "there is nothing under the cursor"
    if not context.marked and context.row.state not in UNMAPPED_STATES:
        return "it is mapped already: change that with m"
    return ""


def _syncable(context: Context) -> str:
    if context.place in (UNMAPPED, RECORD) and not context.marked:
        if context.row is None:
            return "there is nothing under the cursor"
        if context.row.state in UNMAPPED_STATES:
            return "only mapped Records can be synced: map it first with m"
    if context.place == UNMAPPED:
        return "only mapped Records can be synced: map them first with m"
    if context.marked or context.row is None:
        return _row(context)
    if context.row.state is not State.GOOD:
        return f"it is {context.row.state}: only Good Records are synced"
    return ""


def _has_findings(context: Context) -> str:
    if context.row is None:
        return "there is nothing under the cursor"
    return ""


def _mapped(context: Context) -> str:
    if context.row is None:
        return "there is nothing under the cursor"
    return "" if context.row.product_ref else "it is not mapped to a Product"


def _running(context: Context) -> str:
    return "" if context.running else "no Operation is running"


def _held(context: Context) -> str:
    if context.row is None:
        return "there is nothing under the cursor"
    row, held = context.row, context.held
    if held is None:
        # A Sync of which one Record failed and another one is held is Failed: only its outcomes tell.
        broke = row.status in (Status.FAILED, Status.PARTLY_FAILED) and not row.dry_run
        held = row.status is Status.HELD or (broke and bool(row.counts.get("skipped")))
    if row.connector_id is None:
        return "its Connector was removed"
    return "" if held else NOTHING_HELD


def _planned(context: Context) -> str:
    reason = _again(context)
    return reason or ("" if context.row.dry_run else "this is no plan, it was done: R runs it again")


def _again(context: Context) -> str:
    if context.row is None:
        return "there is nothing under the cursor"
    if context.row.connector_id is None:
        return "its Connector was removed"
    return "" if context.row.status.ended else "it has not ended yet"


def _checked(context: Context) -> str:
    return "" if context.row is not None else "it is not done yet; esc cancels it"


def _several(context: Context) -> str:
    return "" if context.connectors else "there is no Connector yet: add one with C, then n"


# One line or two for each thing a person reads about a command: a table, not code.
# fmt: off
CATALOGUE: tuple[Command, ...] = (
    # --- move ----------------------------------------------------------------
    Command(id="down", keys=("down", "j"), title="Down", help="Go one line down.", group=MOVE, places=EVERYWHERE,
            run="moving:down", cli="dojo-tui records list", mouse="click a row; turn the wheel"),
    Command(id="up", keys=("up", "k"), title="Up", help="Go one line up.", group=MOVE, places=EVERYWHERE,
            run="moving:up", cli="dojo-tui records list", mouse="click a row; turn the wheel"),
    Command(id="page_down", keys=("pagedown", "ctrl+f"), title="Page down", help="Go one page down.", group=MOVE,
            places=EVERYWHERE, run="moving:page_down", cli="dojo-tui records list", mouse="turn the wheel"),
    Command(id="page_up", keys=("pageup", "ctrl+b"), title="Page up", help="Go one page up.", group=MOVE,
            places=EVERYWHERE, run="moving:page_up", cli="dojo-tui records list", mouse="turn the wheel"),
    Command(id="first", keys=("home", "g"), title="First line", help="Go to the first line.", group=MOVE,
            places=EVERYWHERE, run="moving:first", cli="dojo-tui records list", mouse="drag the scroll bar up"),
    Command(id="last", keys=("end", "G"), title="Last line", help="Go to the last line.", group=MOVE,
            places=EVERYWHERE, run="moving:last", cli="dojo-tui records list", mouse="drag the scroll bar down"),
    Command(id="other_pane", keys=("tab", "shift+tab"), title="Other pane", group=MOVE,
            help="Go to the other pane (details, log) or back to the list.", places=EVERYWHERE,
            run="moving:other_pane", cli="dojo-tui operations show ID", mouse="click the pane"),
    # --- mark ----------------------------------------------------------------
    Command(id="mark", keys=("space",), title="Mark", group=MARK, hint=90, places=RECORDS, needs=_one,
            help="Mark the row, or take its mark away, and go one down.", run="marking:toggle",
            cli="dojo-tui records map ID ID …", mouse="click left of the row, or ctrl+click it"),
    Command(id="range", keys=("v",), title="Mark a range", group=MARK, places=RECORDS, needs=_one,
            help="From here on, moving marks; v again ends it, esc takes it back.", run="marking:range_",
            cli="dojo-tui records map ID ID …", mouse="shift+click the other end"),
    Command(id="mark_down", keys=("shift+down", "J"), title="Mark downwards", group=MARK, places=RECORDS, needs=_one,
            help="Mark while going down.", run="marking:down", cli="dojo-tui records map ID ID …",
            mouse="shift+click the other end"),
    Command(id="mark_up", keys=("shift+up", "K"), title="Mark upwards", group=MARK, places=RECORDS, needs=_one,
            help="Mark while going up.", run="marking:up", cli="dojo-tui records map ID ID …",
            mouse="shift+click the other end"),
    Command(id="mark_all", keys=("asterisk",), title="Mark all", group=MARK, places=RECORDS, needs=_rows,
            help="Mark all that the filter shows, also beyond the screen; again takes these marks away.",
            run="marking:all_", cli="dojo-tui records list --json | jq '.[].id'", mouse=MENU),
    Command(id="invert", keys=("tilde",), title="Invert marks", group=MARK, places=RECORDS, needs=_rows,
            help="Mark what is not marked, among all that the filter shows.", run="marking:invert",
            cli="dojo-tui records list --json | jq '.[].id'", mouse=MENU),
    # --- map -----------------------------------------------------------------
    Command(id="map", keys=("m",), title="Map to a Product", short="map", group=MAP, hint=10, places=ONE_OR_MORE,
            changes=True, needs=_row, run="mapping:choose", mouse=HINT,
            help="Choose the Product (or make a new one) that the marked Records belong to.",
            cli="dojo-tui records map ID… --product NAME"),
    Command(id="accept", keys=("a",), title="Accept the suggestion", short="accept", group=MAP, hint=15,
            places=frozenset({UNMAPPED, RECORD}), changes=True, needs=_acceptable, run="mapping:accept", mouse=HINT,
            help="Map the Record to the Product it had before, else to the one of its own name (made if new).",
            cli="dojo-tui records map ID --product NAME"),
    Command(id="ignore", keys=("i",), title="Ignore", short="ignore", group=MAP, hint=20, places=ONE_OR_MORE,
            changes=True, needs=_ignorable, run="mapping:ignore", mouse=HINT,
            help="Decide not to import it; that survives rediscovery, and what was imported stays.",
            cli="dojo-tui records ignore ID…"),
    Command(id="restore", keys=("r",), title="Restore", short="restore", group=MAP, hint=25,
            places=frozenset({UNMAPPED, RECORD}), changes=True, needs=_restorable, run="mapping:restore", mouse=HINT,
            help="Make an Ignored Record New again.", cli="dojo-tui records restore ID…"),
    Command(id="delete", keys=("x",), title="Delete the Record", short="delete", group=MAP, hint=60,
            places=ONE_OR_MORE, changes=True, needs=_row, run="mapping:delete", mouse=HINT,
            help="Remove Records (asks first). Their Findings stay; what still exists comes back as New.",
            cli="dojo-tui records delete ID…"),
    Command(id="undo", keys=("u",), title="Undo", short="undo", group=MAP, hint=70, places=ONE_OR_MORE, changes=True,
            run="mapping:undo", mouse=HINT, help="Take back the last mapping act, however large.",
            cli="dojo-tui records undo"),
    Command(id="redo", keys=("U",), title="Redo", group=MAP, places=ONE_OR_MORE, changes=True, run="mapping:redo",
            mouse=MENU, help="Do again what undo took back.", cli="dojo-tui records redo"),
    # --- run -----------------------------------------------------------------
    Command(id="sync", keys=("s",), title="Sync", short="sync", group=RUN, hint=12,
            hint_places=frozenset({MAPPED, RECORD}),
            places=frozenset({UNMAPPED, MAPPED, RECORD}), changes=True, needs=_syncable, run="running:sync", mouse=HINT,
            help="Bring the Findings of the marked (or this) Record up to date.",
            cli="dojo-tui sync LABEL --record ID"),
    Command(id="sync_all", keys=("S",), title="Sync all", short="sync all", group=RUN, hint=14, places=TABS,
            changes=True, needs=_connector, run="running:sync_all", mouse=HINT,
            help="Sync every mapped Record of the chosen Connector, or of all.", cli="dojo-tui sync"),
    Command(id="discover", keys=("d",), title="Discover", short="discover", group=RUN, hint=13, places=TABS,
            changes=True, needs=_connector, run="running:discover", mouse=HINT,
            help="Ask the chosen Connector, or all, what there is.", cli="dojo-tui discover"),
    Command(id="plan", keys=("p",), title="Plan a Sync", short="plan", group=RUN, hint=30,
            hint_places=frozenset({MAPPED, RECORD}),
            places=frozenset({UNMAPPED, MAPPED, RECORD}), needs=_syncable, run="running:plan", mouse=HINT, changes=True,
            help="Show, Record by Record, what a Sync would do; nothing is changed.",
            cli="dojo-tui sync LABEL --record ID --dry-run"),
    Command(id="cancel", keys=("X",), title="Cancel the Operation", short="cancel", group=RUN, hint=85, urgent=True,
            places=TABS | {OPERATION, CONNECTORS}, changes=True, needs=_running, run="running:cancel", mouse=HINT,
            help="Stop what runs; what is done stays done.", cli="dojo-tui operations cancel ID"),
    Command(id="apply_held", keys=("A",), title="Apply what is held", short="apply held", group=RUN, hint=16,
            urgent=True, places=frozenset({OPERATIONS, OPERATION}), changes=True, needs=_held,
            run="running:apply_held", mouse=HINT,
            help="Confirm a large change that waited for a person (asks first, with its numbers).",
            cli="dojo-tui sync LABEL --accept-large-change"),
    Command(id="apply_plan", keys=("s",), title="Sync what was planned", short="sync", group=RUN, hint=11, urgent=True,
            places=frozenset({OPERATION}), changes=True, needs=_planned, run="running:apply_plan", mouse=HINT,
            help="Do what this plan shows, for the same Records.", cli="dojo-tui sync LABEL --record ID"),
    Command(id="again", keys=("R",), title="Run it again", short="again", group=RUN, hint=12,
            places=frozenset({OPERATIONS, OPERATION}), changes=True, needs=_again, run="running:again", mouse=HINT,
            help="Run the same kind of Operation for the same Connector.", cli="dojo-tui sync LABEL"),
    # --- show ----------------------------------------------------------------
    Command(id="open", keys=("enter",), title="Open", short="open", group=SHOW, hint=35, places=LISTS | {RECORD},
            needs=_one, hint_places=LISTS,
            help="Open the row: a Record, then its Findings; an Operation's outcomes and log.",
            run="showing:open_row", cli="dojo-tui operations show ID", mouse="double-click the row"),
    Command(id="findings", keys=("f",), title="Findings", short="findings", group=SHOW, hint=40,
            places=ONE_OR_MORE, needs=_has_findings, run="showing:findings", mouse=HINT,
            help="List the Findings of the Record.", cli="dojo-tui findings list --record ID"),
    Command(id="product_findings", keys=("F",), title="Findings of the Product", group=SHOW, places=ONE_OR_MORE,
            needs=_mapped, run="showing:product_findings", mouse=MENU,
            help="List the Findings of the whole Product, whoever found them.",
            cli="dojo-tui findings list --product NAME"),
    Command(id="filter", keys=("slash",), title="Filter", short="filter", group=SHOW, hint=50,
            places=LISTS, run="lists:filter_", mouse="click the filter in the status line",
            help="Show only rows with these words; also !not, state:new, product:x, severity:high, status:failed.",
            cli="dojo-tui records list --filter TEXT"),
    Command(id="sort_next", keys=("greater_than_sign",), title="Sort by the next column", group=SHOW, places=LISTS,
            run="lists:sort_next", cli="dojo-tui records list --json | jq 'sort_by(.name)'",
            mouse="click a column's title", help="Sort by the next column."),
    Command(id="sort_back", keys=("less_than_sign",), title="Sort by the column before", group=SHOW, places=LISTS,
            run="lists:sort_back", cli="dojo-tui records list --json | jq 'sort_by(.name)'",
            mouse="click a column's title", help="Sort by the column before."),
    Command(id="reverse", keys=("I",), title="Turn the order around", group=SHOW, places=LISTS, run="lists:reverse",
            cli="dojo-tui records list --json | jq reverse", mouse="click the sorted column's title again",
            help="Sort the other way around."),
    Command(id="unmapped", keys=("1",), title="Unmapped Records", group=SHOW, places=TABS | {CONNECTORS},
            run="showing:unmapped", help="Show Records without a decision, and Ignored ones.",
            cli="dojo-tui records list --state new", mouse="click the tab"),
    Command(id="mapped", keys=("2",), title="Mapped Records", group=SHOW, places=TABS | {CONNECTORS},
            run="showing:mapped", help="Show Records that point to a Product.",
            cli="dojo-tui records list --state good", mouse="click the tab"),
    Command(id="operations", keys=("3",), title="Operations", group=SHOW, places=TABS | {CONNECTORS},
            run="showing:operations", help="Show what ran, what runs, and what came of it.",
            cli="dojo-tui operations list", mouse="click the tab"),
    Command(id="connector", keys=("c",), title="Choose the Connector", short="connector", group=SHOW, hint=55,
            places=TABS, needs=_several, run="showing:choose_connector", mouse="click the Connector in the tab line",
            help="Show one Connector only, or all.", cli="dojo-tui records list --connector LABEL"),
    Command(id="next_connector", keys=("right_square_bracket",), title="Next Connector", group=SHOW, places=TABS,
            needs=_several, run="showing:next_connector", mouse="click the Connector in the tab line",
            help="Show the next Connector.", cli="dojo-tui records list --connector LABEL"),
    Command(id="previous_connector", keys=("left_square_bracket",), title="Previous Connector", group=SHOW,
            places=TABS, needs=_several, run="showing:previous_connector",
            mouse="click the Connector in the tab line", help="Show the Connector before.",
            cli="dojo-tui records list --connector LABEL"),
    Command(id="active", keys=("t",), title="Active only", short="active/all", group=SHOW, hint=20,
            places=frozenset({FINDINGS}), run="lists:active_only", mouse=HINT,
            help="Show only active Findings, or the closed ones too.", cli="dojo-tui findings list --active"),
    Command(id="copy", keys=("y",), title="Copy", group=SHOW, places=EVERYWHERE, run="showing:copy",
            help="Send the row to the terminal's clipboard (OSC 52, also over SSH).",
            cli="dojo-tui records list --json", mouse=MENU),
    Command(id="link", keys=("o",), title="Open the link", group=SHOW, places=LISTS | {RECORD}, needs=_one,
            run="showing:link", mouse=MENU, help="Open the row's link in a browser; over SSH show and copy it.",
            cli="dojo-tui findings list --json"),
    Command(id="export", keys=("e",), title="Export the list", short="export", group=SHOW, hint=80, places=LISTS,
            needs=_rows, run="showing:export", mouse=HINT,
            help="Write all that the filter shows to a CSV or JSON file.", cli="dojo-tui records list --json > FILE"),
    # --- connectors ----------------------------------------------------------
    Command(id="connectors", keys=("C", "4"), title="Connectors", short="Connectors", group=CONNECT, hint=56,
            places=TABS, run="showing:connectors", mouse="click Connectors in the tab line",
            help="Add, edit, check, schedule and remove Connectors.", cli="dojo-tui connectors list"),
    Command(id="add", keys=("n",), title="Add a Connector", short="new", group=CONNECT, hint=10,
            hint_places=frozenset({CONNECTORS}), places=TABS | {CONNECTORS}, changes=True,
            run="connecting:add", mouse=HINT,
            help="Connect to another tool.", cli="dojo-tui connectors add TOOL --label L --location DIR"),
    Command(id="edit", keys=("E",), title="Edit and schedule", short="edit", group=CONNECT, hint=15,
            places=frozenset({CONNECTORS}), changes=True, needs=_one, run="connecting:edit", mouse=HINT,
            help="Change its label, location, options, schedules, auto-map and minimum severity.",
            cli="dojo-tui connectors edit LABEL"),
    Command(id="check", keys=("t",), title="Check", short="check", group=CONNECT, hint=20,
            places=frozenset({CONNECTORS}), needs=_one, run="connecting:check", mouse=HINT,
            help="Reach the tool; say step by step what works and what would be skipped. Nothing is changed.",
            cli="dojo-tui connectors check LABEL"),
    Command(id="check_again", keys=("t", "R"), title="Check again", short="check again", group=CONNECT, hint=20,
            places=frozenset({CHECK}), needs=_checked, run="connecting:check_again", mouse=HINT,
            help="Do the check that is shown once more.", cli="dojo-tui connectors check LABEL"),
    Command(id="discover_one", keys=("d",), title="Discover this Connector", short="discover", group=CONNECT, hint=25,
            places=frozenset({CONNECTORS}), changes=True, needs=_one, run="connecting:discover", mouse=HINT,
            help="Ask it what there is.", cli="dojo-tui discover LABEL"),
    Command(id="sync_one", keys=("s",), title="Sync this Connector", short="sync", group=CONNECT, hint=26,
            places=frozenset({CONNECTORS}), changes=True, needs=_one, run="connecting:sync", mouse=HINT,
            help="Sync all its mapped Records.", cli="dojo-tui sync LABEL"),
    Command(id="remove", keys=("x",), title="Remove the Connector", short="remove", group=CONNECT, hint=30,
            places=frozenset({CONNECTORS}), changes=True, needs=_one, run="connecting:remove", mouse=HINT,
            help="Remove it and its Records (asks first, and says what stays).",
            cli="dojo-tui connectors remove LABEL"),
    # --- program -------------------------------------------------------------
    Command(id="back", keys=("escape",), title="One step back", short="back", group=PROGRAM, places=EVERYWHERE,
            run="lists:back", cli="ctrl+d ends a shell", mouse="click esc back in the bottom line",
            help="Close the message, the range, the marks, the filter, the screen: one at a time. Never quits."),
    Command(id="palette", keys=("ctrl+p", "colon"), title="Commands", group=PROGRAM, places=EVERYWHERE,
            run="program:palette", cli="dojo-tui --help", mouse="click ^p menu in the bottom line",
            help="Find any command by typing a part of its name."),
    Command(id="help", keys=("question_mark", "f1"), title="Help", group=PROGRAM, places=EVERYWHERE,
            run="program:help_", cli="dojo-tui --help", mouse="click ? help in the bottom line",
            help="Show what every key does here."),
    Command(id="refresh", keys=("f5", "ctrl+r"), title="Read anew", group=PROGRAM, places=EVERYWHERE,
            run="program:refresh", cli="dojo-tui records list", mouse=MENU,
            help="Read everything from the store again."),
    Command(id="theme", keys=("T",), title="Next theme", group=PROGRAM, places=EVERYWHERE, run="program:theme",
            cli="DOJO_TUI_THEME=dojo-light dojo-tui", mouse=MENU,
            help="Dark, light, or the terminal's own colours."),
    Command(id="quit", keys=("q", "ctrl+q"), title="Quit", group=PROGRAM, places=EVERYWHERE, run="program:quit_",
            cli="dojo-tui runs one command and ends", mouse="click q quit in the bottom line",
            help="End the app; what runs is stopped and shown as Interrupted."),
)
# fmt: on
