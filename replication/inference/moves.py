"""What the columns of a model do where one of its variables moves, and all others stay."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from replication.errors import EstimationError
from replication.estimate.design import Design, Floats, Term
from replication.estimate.margins import Move, Slope, Step, column_move, is_dummy
from replication.language.atoms import at_rest
from replication.language.nodes import Call, Node, show
from replication.language.syntax import parse_formula
from replication.panel.makeup import Level, Makeup, Part
from replication.spec.entries import ModelSpec

QUANTITY = "marginal_effects"


def moves_of(makeup: Makeup, design: Design) -> Iterator[Move]:
    """Each variable of a model, moved by a little, from 0 to 1, or from base to level; in the columns' order.

    What a variable makes (powers, products, logs, interactions) follows it; lags and means over groups are
    variables of their own.

    Raises
    ------
    EstimationError
        A variable that stands in something that does not follow it smoothly.
    """
    told: set[Node | Level] = set()
    for part in makeup.parts:
        if part.event is not None:
            yield _event(makeup, design, part)
        for atom in makeup.atoms_of(part):
            if atom not in told:
                makeup.refuse_contradiction(atom, QUANTITY)
                yield _variable(makeup, design, atom)
        for level in part.levels:
            if level not in told:
                makeup.refuse_contradiction(level.factor, QUANTITY)
                yield _level(makeup, design, level)
        told |= {*makeup.atoms_of(part), *part.levels}


def _variable(makeup: Makeup, design: Design, atom: Node) -> Move:
    place = makeup.alone(atom)
    if place is not None:
        return column_move(design, place + design.has_constant)
    term, values = Term(makeup.name(atom)), makeup.values(atom)
    if is_dummy(values):
        ends = [_whole(makeup.columns({atom: np.full_like(values, end)}), design, 1.0) for end in (0.0, 1.0)]
        return Step(term, *ends)
    slopes = makeup.derivative(atom)
    if not np.isfinite(slopes).all():
        raise EstimationError(f"{QUANTITY}: a term of {show(atom)[:80]!r} has no slope at some of its values")
    return Slope(term, _whole(slopes, design, 0.0))


def _level(makeup: Makeup, design: Design, level: Level) -> Step:
    ends = [
        _whole(makeup.columns({}, {level.factor: code}), design, 1.0) for code in (level.base, level.code)
    ]
    return Step(Term(level.name, factor=level.of), *ends)


def _event(makeup: Makeup, design: Design, part: Part) -> Step:
    """A period around an event in place of the reference."""
    others = [j + design.has_constant for j, other in enumerate(makeup.parts) if other.event == part.event]
    before = design.x.copy()
    before[:, others] = 0.0
    after = before.copy()
    after[:, makeup.parts.index(part) + design.has_constant] = 1.0
    return Step(Term(part.label), before, after)


def _whole(columns: Floats, design: Design, constant: float) -> Floats:
    """The columns with that of the constant before them, if the design has one."""
    return np.column_stack([np.full((design.nobs, int(design.has_constant)), constant), columns])


def still(makeup: Makeup, model: ModelSpec) -> dict[str, list[str]]:
    """Regressors that are one where nothing changes, under what that is called; under "" those that are zero.

    Raises
    ------
    EstimationError
        A lag of the outcome that `long_run` does not name.
    """
    outcome = makeup.expanded(parse_formula(model.formula).outcome)
    found: dict[str, list[str]] = {}
    groups: dict[Node, list[str]] = {}
    for part in makeup.parts:
        match part.plain:
            case None:
                pass
            case Call("lag", (of, *_)) if of == outcome:
                if part.label not in model.long_run:
                    raise EstimationError(
                        f"long_run: {part.label!r} is a lag of the outcome too; name it beside the others"
                    )
            case node if (rest := at_rest(node)) is not None:
                groups.setdefault(rest, []).append(part.label)
            case _:
                found.setdefault("", []).append(part.label)
    for rest, labels in groups.items():
        found[labels[0] if len(labels) == 1 else show(rest)] = labels
    return found
