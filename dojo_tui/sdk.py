"""What a Tool is written with: the one module of the program that it imports.

``ApiTool`` is for a tool that is a server, ``BaseTool`` for any other. Names are those of the framework
(``connectors/``, ``http/``, ``model/``), where each is explained. Other packages use this module too:
``API_VERSION`` is raised when a Tool that was written before would break.
"""

from dojo_tui.connectors.api import Api, Family, Server, Setup, Unavailable, Who
from dojo_tui.connectors.api_tool import ApiTool
from dojo_tui.connectors.base import API_VERSION, BaseTool, Config, Field, Run, Tool, Vep
from dojo_tui.connectors.fields import address, one_of, secret, server, whole, word, words, yes_no
from dojo_tui.connectors.markup import plain
from dojo_tui.connectors.row import Row, cwes
from dojo_tui.http.auth import Auth, Basic, Exchanged, Header, OAuth, Query, Signed, bearer
from dojo_tui.http.client import Limits
from dojo_tui.http.errors import FatalError, Fault, HttpError, RefusedError, incomplete, malformed
from dojo_tui.http.exchange import Request, Response, path
from dojo_tui.http.graphql import query
from dojo_tui.http.jobs import Job
from dojo_tui.http.listing import Count, InBody, InHeader, Listing
from dojo_tui.http.pages import Cursor, LinkHeader, NextLink, Offset, PageInfo, PageNumber, Single
from dojo_tui.http.retry import Retry
from dojo_tui.model.check import About, Step, counted, trying
from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity
from dojo_tui.model.text import clean
from dojo_tui.model.values import MAX_TEXT

__all__ = [
    "API_VERSION",
    "MAX_TEXT",
    "About",
    "Api",
    "ApiTool",
    "Auth",
    "BaseTool",
    "Basic",
    "Config",
    "ConnectorError",
    "Count",
    "Cursor",
    "Exchanged",
    "Family",
    "FatalError",
    "Fault",
    "Fetch",
    "Field",
    "Finding",
    "Header",
    "HttpError",
    "InBody",
    "InHeader",
    "Job",
    "Limits",
    "LinkHeader",
    "Listing",
    "NextLink",
    "OAuth",
    "Offset",
    "PageInfo",
    "PageNumber",
    "Query",
    "RefusedError",
    "Request",
    "Response",
    "Retry",
    "Row",
    "Run",
    "Server",
    "Setup",
    "Severity",
    "Signed",
    "Single",
    "Step",
    "Tool",
    "Unavailable",
    "UsageError",
    "Vep",
    "Who",
    "address",
    "bearer",
    "clean",
    "counted",
    "cwes",
    "incomplete",
    "malformed",
    "one_of",
    "path",
    "plain",
    "query",
    "secret",
    "server",
    "trying",
    "whole",
    "word",
    "words",
    "yes_no",
]
