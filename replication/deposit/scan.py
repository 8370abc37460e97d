"""The scans that data editors run on a deposit; every finding is a line, and there should be none.

After the checks of the AEA Data Editor's replication template: sizes, a manifest, duplicates, empty files,
archives, absolute paths, dependencies, personal data, links.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from replication.deposit.contents import all_files, sums
from replication.project.fingerprint import distribution, pins
from replication.project.strict import entry, plain_text, read_toml, texts_in

LARGEST, TOGETHER = (
    100_000_000,
    2_000_000_000,
)  # bytes: what GitHub takes in one file; what opens in one sitting
ARCHIVES = {".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".jar", ".whl", ".zst"}
MAGIC = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
CODE = {".py", ".toml", ".j2", ".sh", ".do", ".R", ".r", ".m", ""}
ABSOLUTE = re.compile(
    r"(?<![A-Za-z0-9_])[A-Za-z]:(?:\\\\?|/(?!/))[A-Za-z0-9_]"  # a drive letter
    r"|(?<![\w.:/~)*$}>-])(?:/(?:home|Users|root|tmp|mnt|media|opt|srv|Volumes|private|work)/|~/)\w"
)
# The AEA's (AEADataEditor/replication-template, automations/07_check_file_paths.sh), and the files it reads.
BACKSLASH = re.compile(r"[a-zA-Z0-9_.${}()-]+\\")
SCANNED = {".py", ".toml", ".sh", ".do", ".r", ".m", ".yml", ".yaml"}
# Of texts as a program has them: folders and a file with backslashes between, each of two letters or more.
WINDOWS = re.compile(r"\.{0,2}\\?(?:[\w -]{2,}\\)+(?:[\w -]{2,}|[\w -]+\.\w{1,5})")
PERSONAL = {
    "firstname", "lastname", "surname", "givenname", "fullname", "initials", "email", "mail", "phone",
    "telephone", "mobile", "fax", "address", "street", "zip", "zipcode", "postcode", "birthday", "birthdate",
    "dob", "ssn", "passport", "iban", "ip", "gps", "latitude", "longitude", "lat", "lon", "patient",
    "respondent", "username", "password", "gender", "ethnicity", "religion", "diagnosis", "salary",
}  # fmt: skip
PERSONAL_PAIRS = {
    "first_name", "last_name", "given_name", "full_name", "birth_date", "date_of_birth", "national_id",
    "social_security", "ip_address", "tax_id", "bank_account", "credit_card",
}  # fmt: skip
MARKDOWN_LINK = re.compile(r"\[[^\]\n]*\]\(<?([^)>\s]+)>?[^)]*\)")


def scan(folder: Path) -> list[str]:
    """Every finding in a folder, one line each: which scan, which file, what."""
    scans: tuple[Callable[[Path], Iterator[str]], ...] = (
        sizes, duplicates, empty, archives, absolute_paths, windows_paths, dependencies, personal_data, links,
    )  # fmt: skip
    return [f"{check.__name__.replace('_', ' ')}: {line}" for check in scans for line in check(folder)]


def _plain(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files that are no links, by name."""
    for name in all_files(folder):
        if not (folder / name).is_symlink():
            yield name, folder / name


def sizes(folder: Path) -> Iterator[str]:
    """Single files, and the whole, that are too large to be taken in by a repository."""
    found = {name: path.stat().st_size for name, path in _plain(folder)}
    yield from (
        f"{name}: {size:,} bytes; allowed: {LARGEST:,}" for name, size in found.items() if size > LARGEST
    )
    if sum(found.values()) > TOGETHER:
        yield f"the folder: {sum(found.values()):,} bytes; allowed: {TOGETHER:,}"


def duplicates(folder: Path) -> Iterator[str]:
    """Files with the same content."""
    same = defaultdict(list)
    for name, sha in sums(folder).items():
        same[sha].append(name)
    yield from (f"{first} is the same as {', '.join(others)}" for first, *others in same.values() if others)


def empty(folder: Path) -> Iterator[str]:
    """Files without content."""
    yield from (f"{name}: no content" for name, path in _plain(folder) if not path.read_bytes().strip())


def archives(folder: Path) -> Iterator[str]:
    """Packed files, by ending or by how they begin; a Word file is packed by its own standard."""
    for name, path in _plain(folder):
        if path.suffix == ".docx":
            continue
        with path.open("rb") as stream:
            begins = stream.read(512)
        if path.suffix.lower() in ARCHIVES or begins.startswith(MAGIC) or begins[257:262] == b"ustar":
            yield f"{name}: an archive; unpack it"


def absolute_paths(folder: Path) -> Iterator[str]:
    """Places on one machine in code: drive letters, home folders, temporary folders."""
    for name, path in _plain(folder):
        if path.suffix not in CODE or name == "LICENSE":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if match := ABSOLUTE.search(line):
                yield f"{name}, line {number}: {match[0]!r} is a place on one machine"


def backslashes(folder: Path) -> Counter[str]:
    """What the AEA's scan takes for Windows paths, by file: whatever stands before a backslash."""
    counts = Counter[str]()
    for name, path in _plain(folder):
        if path.suffix.lower() in SCANNED or path.name == "Makefile":
            text = path.read_text(encoding="utf-8", errors="replace")
            counts[name] = sum(len(BACKSLASH.findall(line)) for line in text.splitlines())
    return +counts


def windows_paths(folder: Path) -> Iterator[str]:
    """Of those, the texts of programs and study files that are paths with backslashes."""
    for name in backslashes(folder):
        for text in _texts(folder / name):
            if WINDOWS.fullmatch(text):
                yield f"{name}: {text[:80]!r} is a path that Windows alone reads; write / between folders"


def _texts(path: Path) -> Iterator[str]:
    """Every text in a Python or TOML file as the program has it; the lines of any other file."""
    if path.suffix == ".py":
        nodes = ast.walk(ast.parse(path.read_bytes()))
        yield from (n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
    elif path.suffix == ".toml":
        yield from texts_in(read_toml(path))
    else:
        yield from plain_text(path).split()


def dependencies(folder: Path) -> Iterator[str]:
    """What is imported and not pinned, and what is declared and not pinned; an extra may stay away."""
    pinned = set(pins(folder)) | set(_extras(folder))
    own = {path.stem for path in folder.iterdir()}
    homes = _homes()
    imported = defaultdict(list)
    for name, path in _plain(folder):
        if path.suffix == ".py":
            for module in _imports(path):
                imported[module].append(name)
    for module, names in sorted(imported.items()):
        if module not in sys.stdlib_module_names and module not in own:
            packages = {distribution(home) for home in homes.get(module, [module])}
            if not packages & pinned:
                yield f"{names[0]}: imports {module}, which requirements.lock does not pin"
    yield from (
        f"pyproject.toml: {name} is not in requirements.lock"
        for name in [distribution(entry) for entry in _project(folder).get("dependencies", [])]
        if name not in pinned
    )


@cache
def _homes() -> Mapping[str, list[str]]:
    """The packages that bring each module, as they are installed here."""
    return metadata.packages_distributions()


def _imports(path: Path) -> set[str]:
    """Top-level names of modules that a program imports from outside its own package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _extras(folder: Path) -> list[str]:
    """Packages that the project can use and does without."""
    extras = _project(folder).get("optional-dependencies", {})
    return [distribution(entry) for entries in extras.values() for entry in entries]


def _project(folder: Path) -> dict:
    path = folder / "pyproject.toml"
    return (entry(read_toml(path), "project") or {}) if path.is_file() else {}


def personal_data(folder: Path) -> Iterator[str]:
    """Column names that speak of persons."""
    for name, path in _plain(folder):
        if path.suffix not in (".csv", ".tsv", ".txt"):
            continue
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            header = next(csv.reader(stream, delimiter="\t" if path.suffix == ".tsv" else ","), [])
        yield from (f"{name}: column {column[:80]!r}" for column in header if _is_personal(column))


def _is_personal(column: str) -> bool:
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower())
    pairs = {"_".join(words[start : start + size]) for size in (2, 3) for start in range(len(words))}
    return bool(PERSONAL & set(words) or PERSONAL_PAIRS & pairs)


def links(folder: Path) -> Iterator[str]:
    """Symbolic links, and links in pages to what is not in the folder."""
    yield from (f"{name}: a symbolic link" for name in all_files(folder) if (folder / name).is_symlink())
    for name, path in _plain(folder):
        if path.suffix in (".md", ".html"):
            text = path.read_text(encoding="utf-8", errors="replace")
            part = (
                path.suffix == ".html" and "<html" not in text
            )  # may be set into a page of the folder above
            pages = (path, path.parent) if part else (path,)
            for target in _targets(text, path.suffix):
                if not any(_leads_somewhere(folder, page, target) for page in pages):
                    yield f"{name}: {target[:100]!r} leads nowhere in this folder"


def _targets(text: str, suffix: str) -> list[str]:
    if suffix == ".md":
        return list(dict.fromkeys(MARKDOWN_LINK.findall(text)))
    page = _Links()
    page.feed(text)
    return list(dict.fromkeys(page.found))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src", "xlink:href") and value]


def _leads_somewhere(folder: Path, page: Path, target: str) -> bool:
    """Whether a link's target is elsewhere on the web, on the page itself, or a file of the folder."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https", "mailto", "data", "doi"):
        return True
    if parts.scheme or parts.netloc:
        return False
    place = (page.parent / unquote(parts.path) if parts.path else page).resolve()
    return place.exists() and place.is_relative_to(folder.resolve())
