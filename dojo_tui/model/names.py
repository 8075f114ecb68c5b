"""What the names of VEPs say: repositories, images, addresses of sites, keys of projects, folders.

A name is read into tokens. Those of the *core* say which program it is;
those of the *owner* (organisation, group, domain) say whose. Environments,
versions and paths are kept, but weigh nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache


class Weight(IntEnum):
    """What it means when a Product's name does not have a token."""

    WORD = 0
    """It may well be another program."""
    ROLE = 1
    """It is a part of the same program: its API, its web site, its chart."""
    NOTHING = 2
    """Nothing: an environment, a version, a path."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was read."""

    owner: tuple[str, ...]
    core: tuple[str, ...]
    weights: tuple[Weight, ...]
    """Of the tokens of ``core``."""
    prefix: str
    """What siblings have in common: everything before the last part; empty when there is nothing."""

    @property
    def key(self) -> str:
        """The program alone: names that differ only by role, environment or version have the same key."""
        words = [token for token, weight in zip(self.core, self.weights, strict=True) if weight is Weight.WORD]
        return "".join(words) if words else "".join(self.owner) or "".join(self.core)

    @property
    def own(self) -> str:
        """Owner and core without environments and versions: the very same thing, wherever it runs or is kept."""
        core = [token for token in self.core if token not in ENVIRONMENTS and not _VERSION.fullmatch(token)]
        return "/".join(("-".join(self.owner), "-".join(core)))

    @property
    def speaks(self) -> bool:
        """Whether its key says which program it is: it is not the owner's name, and no word that fits any program."""
        return any(
            weight is Weight.WORD and token not in GENERAL
            for token, weight in zip(self.core, self.weights, strict=True)
        )

    @property
    def text(self) -> str:
        """All of it, without separators."""
        return "".join((*self.owner, *self.core))


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parts of one program, which people file under that program.
ROLES = _set("""
    about all alpine api apis apiserver app application apps auth backend base bff blog builder ce chart charts ci
    classic cli client clients cloud cluster code collector com common community compose config connect console
    container containers contrib controller core cron daemon data database db demo deploy deployment deployments dev
    devel developer developers discuss doc docker docs documentation download downloads e2e edge edition ee enterprise
    example examples forum foss frontend ft gitops graphql grpc helm help home image images infra infrastructure
    integration io job jobs k8s kit landing learn lib library libs manifests master migration migrations mirror mobile
    module monorepo native net nightlies official old ops org oss parent play pom portal preview primary project
    quickstart quickstarts registry release releases replica replicaset repo root runner runtime sample samples
    scheduler schema script scripts sdk secondary sentinel server service services sharded shared site spec src
    standalone static status svc task tasks team test testing tests thirdparty tool tools ui upstream utils web webapp
    webhook website wiki worker workers workspace www
""")

# So general that a Product of that name alone is told only by a name that says nothing else.
GENERAL = ROLES | _set("""
    admin agent bot bridge dashboard exporter extension gateway internal manager metrics monitor monitoring operator
    plugin provider proxy router shell websocket
""")

# What is made for a program and is not that program, even beside it.
ANOTHER = _set("""
    adapter android bot bridge datasource desktop driver exporter extension insight ios kubernetes manager monitor
    plugin plugins provider skin theme
""")

# Of these roles, those that are Products of their own where a project splits itself into several.
PROGRAMS = _set("""
    app application apps cli code console frontend lib library mobile portal runner sdk server tool tools ui web
    webapp
""")

# Where it runs, not what it is.
ENVIRONMENTS = _set("""
    af alpha ap beta blue ca canary central demo dev develop development dr east edge eu external green http https int
    integration internal latest live local lts main master me next nightly nonprod north northeast northwest prd
    preliminary preprod preproduction private prod production public qa rc sa sandbox sbx snapshot south southeast
    southwest stable stage staging stg test testing trunk tst uat us west
""")

# In which language a client is written.
LANGUAGES = _set("""
    cpp csharp dotnet go golang java javascript js kotlin node php py python ruby rust swift ts
""")
_CLIENTS = frozenset(("client", "clients", "sdk", "sdks"))

# Whoever publishes many programs says little about which one it is.
VENDORS = _set("""
    adobe amazon apache atlassian aws azure cisco cncf confluent eclipse elastic facebook github gnu google hashicorp
    ibm jetbrains linkedin microsoft mozilla netflix oracle redhat sap sonatype twitter vmware
""")

_TOP = _set("""
    ai app cloud co com corp de dev edu eu example fr gov home info intern internal invalid io lan local localhost me
    net org sh tech test uk us
""")
_SECOND = _set("ac co com edu gov net org")
_HOSTING = (
    ".github.io", ".gitlab.io", ".readthedocs.io", ".netlify.app", ".vercel.app", ".pages.dev", ".herokuapp.com",
    ".azurewebsites.net", ".sigs.k8s.io", ".k8s.io",
)  # fmt: skip
_HOST_WORDS = _set("""
    app apps web www
""")
_PATH_WORDS = _set("""
    auth core doc docs en html index latest login stable v1 v2
""")

_TOKEN = re.compile(r"[^\W_]+")
_VERSION = re.compile(r"v?\d[\w]*|jdk\d+|jre\d+|php\d+|py\d+|python\d+|[0-9a-f]{12,}", re.ASCII)
_TAG = re.compile(r"v?\d|(latest|stable|lts|main|master|trunk|nightly|edge|alpine|develop|release)\b")
_AFFIX_AFTER = (
    "project",
    "proj",
    "proxy",
    "tracing",
    "labs",
    "hq",
    "team",
    "inc",
    "community",
    "org",
    "io",
    "cd",
    "ui",
)
_AFFIX_BEFORE = ("get", "join", "try", "use", "the", "go")
_SHORTEST = 4


def tokens(text: str) -> list[str]:
    """Words and numbers, in lower case."""
    return _TOKEN.findall(text.lower())


@lru_cache(maxsize=10_000)
def plain(token: str) -> str:
    """The token as its project calls itself: without what owners and domains add, and without a trailing number."""
    for affix in _AFFIX_AFTER:
        if token.endswith(affix) and len(token) - len(affix) >= (_SHORTEST - 1 if affix == "js" else _SHORTEST):
            return token[: -len(affix)]
    for affix in _AFFIX_BEFORE:
        if token.startswith(affix) and len(token) - len(affix) >= _SHORTEST:
            return token[len(affix) :]
    bare = token.rstrip("0123456789")
    return bare if len(bare) >= _SHORTEST else token


def read(name: str) -> Name:
    """Read the name of a VEP."""
    name = name.strip()
    if "://" in name:
        return _site(name)
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    if len(parts) > 1:
        return _path(parts)
    if ":" in name:
        return _keyed(name)
    group, underscore, rest = name.partition("_")
    if underscore and rest.strip("_"):
        # SonarQube's usual key of a repository, owner_name. For any other name it makes little difference.
        return _made(tokens(group), tokens(rest), [], group.lower())
    return _made([], tokens(name), [], "")


def _site(name: str) -> Name:
    host, _, path = name.split("://", 1)[1].partition("/")
    host = host.rsplit("@", 1)[-1].partition(":")[0].lower()
    words = [token for part in path.split("/") if part not in _PATH_WORDS for token in tokens(part)]
    for hosting in _HOSTING:
        if host.endswith(hosting):
            own = tokens(host.removesuffix(hosting))
            return _made(own, words, [], "") if words else _made([], own, [], "")
    labels = [label for label in host.split(".") if label]
    if all(label.isdigit() for label in labels):
        return _made([], words or labels, [], "")
    labels = labels[:-1] or labels
    if len(labels) > 1 and labels[-1] in _SECOND:
        labels.pop()
    below = labels[:-1]
    while below and below[0] in _HOST_WORDS:
        below = below[1:]
    domain = tokens(labels[-1])
    core = [token for label in below for token in tokens(label)]
    if not core:
        return _made([], domain, words, "")
    return _made(domain, core, words, labels[-1])


def _path(parts: list[str]) -> Name:
    last = parts[-1].partition("@")[0].partition(":")[0] or parts[-1]
    before = parts[:-1]
    if "." in before[0] or ":" in before[0] or before[0] == "localhost":
        before = before[1:]
    owner = [token for part in before for token in tokens(part)]
    return _made(owner, tokens(last), [], "/".join(before).lower())


def _keyed(name: str) -> Name:
    """``group:artifact[:branch]``, or ``image:tag``."""
    first, *others = name.split(":")
    if not others or _TAG.match(others[0].lower()):
        return _made([], tokens(first), [], "")
    owner = [token for token in tokens(first) if token not in _TOP or token in ("app", "cloud")]
    return _made(owner, tokens(others[0]), [], first.lower())


def _made(owner: list[str], core: list[str], path: list[str], prefix: str) -> Name:
    client = not _CLIENTS.isdisjoint(core)
    weights = [Weight.NOTHING if client and token in LANGUAGES else _weight(token) for token in core]
    return Name(tuple(owner), (*core, *path), (*weights, *(Weight.NOTHING for _ in path)), prefix)


def _weight(token: str) -> Weight:
    if token in ENVIRONMENTS or _VERSION.fullmatch(token):
        return Weight.NOTHING
    return Weight.ROLE if token in ROLES else Weight.WORD
