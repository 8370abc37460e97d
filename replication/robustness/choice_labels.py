"""What alternatives are called: a few names each, written one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Label = tuple[str, ...]
"""The names that an alternative is called by, each printed in the study's own words."""

NONE = ("none",)

joined = ", ".join


def named_in(text: str, names: Sequence[str]) -> Iterator[Label]:
    """The labels of some of these names, in their order, that are written so; a name may hold a comma."""
    if text == joined(NONE):
        yield ()
    for place, name in enumerate(names):
        if text == name:
            yield (name,)
        elif text.startswith(joined([name, ""])):
            rest = named_in(text.removeprefix(joined([name, ""])), names[place + 1 :])
            yield from ((name, *others) for others in rest if others)
