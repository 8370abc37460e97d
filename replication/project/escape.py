"""Text that leaves the package, made safe for the format that it enters."""

from __future__ import annotations

import html
import re
import unicodedata

# Numbers, and a window such as -59/24: digits alone call nothing when a spreadsheet reads them.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?inf|[+-]?\d+/\d+")

_LIGATURES = re.compile(r"([-',])(?=\1)")  # T1 fonts join these pairs into a dash or a quotation mark

# The ten characters that LaTeX reads as commands, and those that would print as something else.
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "\u2212": r"\ensuremath{-}",
    "\u00d7": r"\ensuremath{\times}",
    "\u00b7": r"\ensuremath{\cdot}",
    "\u00b1": r"\ensuremath{\pm}",
    "\u00b2": r"\textsuperscript{2}",
    "\u00b3": r"\textsuperscript{3}",
    "\u00b9": r"\textsuperscript{1}",
    "\u00b0": r"\textdegree{}",
    "\u00b5": r"\ensuremath{\mu}",
    "\u00ac": r"\ensuremath{\neg}",
    "\u2264": r"\ensuremath{\leq}",
    "\u2265": r"\ensuremath{\geq}",
    "\u2260": r"\ensuremath{\neq}",
    "\u2248": r"\ensuremath{\approx}",
    "\u2192": r"\ensuremath{\rightarrow}",
    "\u2211": r"\ensuremath{\sum}",
    "\u2013": r"\textendash{}",
    "\u2014": r"\textemdash{}",
    "\u2018": r"\textquoteleft{}",
    "\u2019": r"\textquoteright{}",
    "\u201c": r"\textquotedblleft{}",
    "\u201d": r"\textquotedblright{}",
    "\u2026": r"\textellipsis{}",
    "\u2022": r"\textbullet{}",
    "\u20ac": r"\texteuro{}",
    "\u0394": r"\ensuremath{\Delta}",
    "\u03a3": r"\ensuremath{\Sigma}",
    "\u03b1": r"\ensuremath{\alpha}",
    "\u03b2": r"\ensuremath{\beta}",
    "\u03b3": r"\ensuremath{\gamma}",
    "\u03b4": r"\ensuremath{\delta}",
    "\u03b5": r"\ensuremath{\varepsilon}",
    "\u03bb": r"\ensuremath{\lambda}",
    "\u03bc": r"\ensuremath{\mu}",
    "\u03c1": r"\ensuremath{\rho}",
    "\u03c3": r"\ensuremath{\sigma}",
    "\u03c4": r"\ensuremath{\tau}",
    "\u03c7": r"\ensuremath{\chi}",
    "\0": "{}",  # set between two that would be joined
}
_SPECIAL = re.compile(r"[^A-Za-z0-9 .,:;()'!?=/+@-]")  # all but ASCII that prints as it is
# Letters of the Western and Central European alphabets that pdfLaTeX's T1 fonts hold.
_ACCENTED = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
    "ĂăĄąĆćČčĎďĐđĖėĘęĚěĞğĪīĮįİıĹĺĽľŁłŃńŇňŌōŐőŒœŔŕŘřŚśŞşŠšŢţŤťŪūŮůŰűŸŹźŻżŽž¡¿§¶£©®"
)


def without_control(text: str) -> str:
    """The text with a blank for each character that moves a cursor, turns the direction or shows nothing."""
    if text.isprintable():  # nearly all, and told at once
        return text
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") else " " for c in text)


def one_line(text: str) -> str:
    """The text with control characters gone and every run of blanks a single space."""
    return " ".join(without_control(text).split())


def visible(text: str) -> str:
    """The text with a blank for what is neither a letter nor a space: controls, turns, breaks."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else " " for c in text)


def latex(text: str) -> str:
    """Text for LaTeX (T1 fonts, UTF-8); a character that pdfLaTeX has no glyph for prints as its code."""
    composed = _LIGATURES.sub(r"\1\0", unicodedata.normalize("NFC", one_line(text)))
    return _SPECIAL.sub(lambda found: _latex_character(found[0]), composed)


def _latex_character(character: str) -> str:
    if character in _LATEX:
        return _LATEX[character]
    if character in _ACCENTED:
        return character
    return rf"\texttt{{U+{ord(character):04X}}}"


def html_text(text: str) -> str:
    """Text for an HTML element or a quoted attribute."""
    return html.escape(one_line(text), quote=True)


def csv_text(text: str) -> str:
    """Text for a CSV cell: an apostrophe in front of what a spreadsheet would run; numbers stay numbers."""
    line = one_line(text)
    risky = unicodedata.normalize("NFKC", line[:1]) in ("=", "+", "-", "@")
    return f"'{line}" if line and risky and not _NUMBER.fullmatch(line) else line


def markdown(text: str) -> str:
    """Text for a cell of a Markdown table: no pipe, emphasis, link or HTML comes through."""
    entities = html.escape(one_line(text), quote=False)
    return re.sub(r"([\\`*_\[\]|~$#!])", r"\\\1", entities)
