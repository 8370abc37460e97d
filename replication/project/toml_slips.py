"""What a line that is no TOML was meant to be, for the end of a message."""

from __future__ import annotations

import re
from collections.abc import Callable

AT = re.compile(r"at line (\d+)")
CURLY = str.maketrans("“”„‟«»‘’", '""""""\'\'')
LONGEST = 400  # letters of a line that are looked at
KEY = r"[A-Za-z][\w.-]*"
WORD = r"[A-Za-z_][\w.]*"
TRUTH = {"true": "true", "yes": "true", "false": "false", "no": "false"}
Rule = tuple[str, Callable[[re.Match[str]], str]]


def slip(text: str, problem: str) -> str:
    """The line of a TOML file that its reader stumbled over, and how it is written; nothing if unclear."""
    lines, found = text.splitlines(), AT.search(problem)
    line = lines[int(found[1]) - 1].strip() if found and int(found[1]) <= len(lines) else ""
    if not line:
        line = next((each.strip() for each in lines if _is_open(each)), "")
    way = _way(line[:LONGEST], problem) if line else ""
    return f"; {line[:80]!r}{way}" if line else ""


def _is_open(line: str) -> bool:
    """Whether a quote opens on a line and does not close."""
    return line.split("#")[0].count('"') % 2 == 1


def _way(line: str, problem: str) -> str:
    straight = line.translate(CURLY)
    if straight != line:
        return f": quotes are straight: {straight[:80]}"
    for part, said in SAID.items():
        if part in problem:
            return said
    for pattern, told in RULES:
        if match := re.fullmatch(pattern, line):
            return told(match)
    return ""


def _quoted(found: re.Match[str]) -> str:
    key, value = found[1], found[2].strip()
    if value.lower() in TRUTH:
        return f": write {key} = {TRUTH[value.lower()]}"
    quoted = value if value[0] in "\"'[{" else f'"{value}"'
    return f": a text stands in quotes: {key} = {quoted[:80]}"


def _listed(found: re.Match[str]) -> str:
    words = ", ".join(f'"{word}"' for word in re.findall(WORD, found[2]))
    return f": texts stand in quotes: {found[1]} = [{words}]"


# By what the reader of TOML says.
SAID = {
    "Cannot overwrite": ": this key stands twice in its section; leave one out",
    "Cannot declare": ": this section stands twice; put its keys together (only [[...]] stands again)",
    "Illegal character '\\n'": ": a text ends on its line, with the quote that it begins with",
    "Unterminated string": ": a text ends on its line, with the quote that it begins with",
    "Expected ']": ": a section stands alone on its line: [study] in one bracket, [[models]] in two",
    "Unclosed array": ": entries are parted by commas, and ] ends the list",
    "Unclosed inline table": ": entries are parted by commas, and } ends the table",
    "hex value": ": in a path, write / for \\",
    "Unescaped": ": in a path, write / for \\",
    "Invalid initial character": ": what stands in { } stands on one line",
}  # fmt: skip
# By what the line looks like.
RULES: list[Rule] = [
    (r"(?://|\*|--|;|%|!).*", lambda _: ": # begins a remark"),
    (rf"({KEY})\s*(?::|<-|:=|==)\s*(.*\S)", lambda found: f": write {found[1]} = {found[2][:80]}"),
    (rf"({KEY})\s*=\s*\[([\w\s,.]*)\]", _listed),
    (rf"({KEY})\s*=\s*\"(.*\".*\".*)\"", lambda found: f": write {found[1]} = '{found[2][:80]}'"),
    (r"(.*\S)\s*[,;]", lambda found: f": nothing stands behind a value: {found[1][:80]}"),
    (rf"({KEY})\s*=\s*([^\s\"'\[{{].*)", _quoted),
    (rf"(?:{KEY}\(.*|`[^`]*`)\s*=.*", lambda _: ": a key that is no plain word stands in quotes"),
    (rf"({WORD})", lambda found: f": a section is written [{found[1]}], a value {found[1]} = ..."),
    (rf"({KEY})\s+([^=]+)", lambda found: f": write {found[1]} = \"{found[2][:80]}\""),
]  # fmt: skip
