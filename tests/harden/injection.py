"""Titles, labels and notes that try to be run by what opens the published files, and the look "
"for them there."""

from __future__ import annotations

import csv
import io
import random
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from tests.harden.studies import HEAD, model, quoted
from tests.harden.watch import CANARY

PAYLOADS = (
    f"<script>{CANARY}()</script>",
    f"<img src=x onerror={CANARY}()>",
    f"</title><svg onload={CANARY}()>",
    f'" onmouseover="{CANARY}()',
    f"' onfocus='{CANARY}()",
    f"<a href='javascript:{CANARY}()'>x</a>",
    f"[x](javascript:{CANARY}())",
    f"![x](http://{CANARY}.example/x.png)",
    f"<!-- {CANARY} -->",
    f"]]><{CANARY}/>",
    f"{{{{ {CANARY} }}}}",
    f"{{% include '{CANARY}' %}}",
    f"&#60;script&#62;{CANARY}",
    rf"\input{{{CANARY}}}",
    rf"\write18{{touch {CANARY}}}",
    rf"\immediate\write18{{{CANARY}}}",
    rf"\end{{table}}\input{{{CANARY}}}",
    rf"$\{CANARY}$",
    rf"\catcode`\%=0 {CANARY}",
    f"% {CANARY}",
    rf"\\ {CANARY} & {CANARY}",
    rf"\def\x{{{CANARY}}}\x",
    f"^^5cinput{{{CANARY}}}",
    rf"\csname {CANARY}\endcsname",
    f"#1 {CANARY} ~_^{{}}",
    f"=cmd|' /C {CANARY}'!A0",
    f"+{CANARY}()",
    f"-{CANARY}()",
    f"@SUM({CANARY})",
    f"\t={CANARY}",
    f"\r={CANARY}",
    f"\uff1d{CANARY}()",
    f'=HYPERLINK("http://{CANARY}.example")',
    f" ={CANARY}",
    f"\u200b={CANARY}",
    f"a | b | {CANARY}",
    f"x\n\n# {CANARY}",
    f"\u202e{CANARY}",
    f"\x1b]0;{CANARY}\x07",
    f"\x00{CANARY}",
    f"\ufeff={CANARY}",
)
ACTIVE = {"script", "iframe", "object", "embed", "img", "form", "input", "base", "applet", "video"}
COMMANDS = ("input", "write", "immediate", "catcode", "def", "csname", "include", "openin", "read", CANARY)


def hostile_words(draw: random.Random) -> str:
    """A study in which every text that is printed somewhere is one of the payloads."""
    title, note, label, question, y_label = (_toml(draw.choice(PAYLOADS)) for _ in range(5))
    return (
        HEAD.replace('"A study"', title)
        + f"finding = {question}\n[labels]\nx = {label}\nconst = {title}\n"
        + model(title=title, question=question, note=note)
        + f'\n[[tables]]\nid = "t"\ntitle = {title}\nmodels = ["first"]\nnote = {note}\n'
        + f'\n[[figures]]\nid = "f"\ntitle = {title}\nkind = "coefficients"\nmodels = ["first"]\n'
        + f'terms = ["x"]\ny_label = {y_label}\nnote = {note}\n'
    )


def hostile_panel(draw: random.Random) -> tuple[pd.DataFrame, str]:
    """A panel whose countries and levels are payloads, and a study that compares with them."""
    names, levels = draw.sample(PAYLOADS, 6), draw.sample(PAYLOADS, 3)
    noise = np.random.default_rng(draw.randrange(10**6))
    table = pd.DataFrame({"land": np.repeat(names, 10), "jahr": np.tile(np.arange(1980, 1990), 6)})
    table = table.assign(y=noise.normal(size=60).round(3), x=noise.normal(size=60).round(3))
    table["g"] = np.resize(levels, 60)
    table.loc[::7, "x"] = np.nan  # rows that are left out are told by their names
    literal = draw.choice([level for level in levels if not set(level) & set('"\n')] or ["plain"])
    terms = ("x", "dummies(g)", "dummies(land)", f'interaction(x, (g == "{literal}"))')
    formula = "y ~ " + " + ".join(["x", *draw.sample(terms[1:], draw.randint(0, 2))])
    table_of_all = '\n[[tables]]\nid = "t"\ntitle = "t"\nmodels = ["first"]\n'
    return table, HEAD + model(formula=_toml(formula)) + table_of_all


def _toml(text: str) -> str:
    """Any text as a basic TOML string."""
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text)
    return quoted(escaped) if '"' not in escaped else escaped


def run_by_a_reader(folder: Path) -> list[str]:
    """What a browser, a spreadsheet, LaTeX or a Markdown reader would run of the files in a folder."""
    looks = {".html": _html, ".csv": _csv, ".tex": _latex, ".md": _markdown, ".svg": _svg}
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (*looks, ".json"):
            text = path.read_text(encoding="utf-8")
            found += [f"{path.name}: {line}" for line in looks.get(path.suffix, lambda _: [])(text)]
            found += [f"{path.name}: {line}" for line in control_characters(text)]
    return found


def control_characters(text: str) -> list[str]:
    """Characters in a text that move a cursor or turn the direction."""
    kinds = {c: unicodedata.category(c) for c in set(text) - set("\n\t\r")}
    return [
        f"a control character {ord(c):#x}" for c, kind in kinds.items() if kind in ("Cc", "Cf", "Cs", "Co")
    ]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        risky = any(name.startswith("on") or name in ("href", "src", "style") for name in named)
        if risky and CANARY in str(attrs):
            self.found.append(f"<{tag} {attrs}>")
        if tag in ACTIVE or tag == CANARY:
            self.found.append(f"<{tag}>")

    def handle_comment(self, data: str) -> None:
        if CANARY in data:
            self.found.append("a comment")


def _html(text: str) -> list[str]:
    page = _Page()
    page.feed(text)
    return page.found


def _svg(text: str) -> list[str]:
    root = ElementTree.fromstring(text)
    tags = [element.tag.rpartition("}")[2].lower() for element in root.iter()]
    values = [f"{name}={value}" for element in root.iter() for name, value in element.attrib.items()]
    active = [f"{value[:60]}" for value in values if re.match(r"on|.*href=(?!#|data:image/png)", value)]
    return [f"<{tag}>" for tag in tags if tag in ("script", "foreignobject", CANARY)] + active


def _csv(text: str) -> list[str]:
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    risky = [cell for cell in cells if cell.lstrip("\t\r \ufeff\u200b")[:1] in ("=", "+", "-", "@", "\uff1d")]
    number = re.compile(r"[-+]?[\d.,]+([eE][-+]?\d+)?|-?inf|[-+]?\d+/\d+")
    return [f"cell {cell[:60]!r}" for cell in risky if not number.fullmatch(cell)]


def _latex(text: str) -> list[str]:
    body = text.partition(r"\begin{table")[2] or text
    commands = re.findall(r"\\([A-Za-z]+)", body)
    found = [f"\\{name}" for name in commands if name.startswith(COMMANDS)]
    return found + (["^^ notation"] if "^^" in body else [])


def _markdown(text: str) -> list[str]:
    plain = re.sub(r"\\.", "", text)
    found = re.findall(r"<[A-Za-z/!][^>]*>|\]\([^)]*\)", plain)
    headings = re.findall(rf"^#+ {CANARY}", plain, re.MULTILINE)
    return [part[:60] for part in found if CANARY in part] + headings
