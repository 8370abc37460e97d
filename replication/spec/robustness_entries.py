"""What `[[robustness]]` of a study file may say: one model, one of its terms, and the choices around them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from replication.spec.entry import CovarianceSpec, Entry, Expression, Grouping, Heading, Name, Text

Terms = list[Expression]


class EstimatorSpec(Entry):
    """Another estimator with its options, in place of the model's."""

    kind: str
    options: dict[str, Any] = {}


class ChoiceSpec(Entry):
    """One analytical choice: what the reported model does, and what could reasonably have been done instead.

    Exactly one of KINDS says what is chosen; `among`, `always` and `blocks` go with `controls`, and `term`
    with `measures` and `transforms`.
    """

    id: Name
    outcome: Terms = Field(default=[], max_length=100)
    controls: Literal["all_subsets", "leave_one_out"] | list[Terms] = []
    among: Terms = Field(default=[], max_length=60)
    always: Terms = Field(default=[], max_length=60)
    blocks: dict[Name, Terms] = {}
    term: Expression | None = None
    measures: Terms = Field(default=[], max_length=100)
    transforms: list[Name] = Field(default=[], max_length=20)
    where: Terms = Field(default=[], max_length=200)
    windows: list[list[int]] = Field(default=[], max_length=500)
    leave_out: Heading | None = None
    effects: list[list[Grouping]] = Field(default=[], max_length=50)
    estimator: list[EstimatorSpec] = Field(default=[], max_length=20)
    covariance: list[CovarianceSpec] = Field(default=[], max_length=20)
    weights: Terms = Field(default=[], max_length=20)
    reason: Text = ""

    @property
    def kind(self) -> str:
        """The key that says what is chosen; the keys, if it is not one."""
        return " and ".join(name for name in KINDS if getattr(self, name))


KINDS = (
    *("outcome", "controls", "measures", "transforms", "where", "windows", "leave_out"),
    *("effects", "estimator", "covariance", "weights"),
)


class InferenceSpec(Entry):
    """The test of the whole curve: no effect in any specification (Simonsohn, Simmons and Nelson 2020).

    `bootstrap` draws residuals of every specification with the effect taken out, clusters kept together;
    `permutation` assigns the term anew to the units of `cluster`, within `strata`.
    """

    under: Literal["bootstrap", "permutation"] = "bootstrap"
    cluster: Name = "entity"
    strata: Name | None = None
    draws: int = Field(default=999, ge=99, le=99_999)
    seed: int = Field(default=1998, ge=0)


class OmittedSpec(Entry):
    """How strong a variable that is not in the model would have to be (Oster 2019; Cinelli and Hazlett 2020).

    `benchmarks` are controls, so many `times` as strong as which a confounder is thought to be; `shared` are
    in both of Oster's regressions; `r2_max` is her largest R squared.
    """

    benchmarks: Terms = Field(default=[], max_length=60)
    times: list[Annotated[float, Field(gt=0, le=100)]] = Field(default=[1.0, 2.0, 3.0], max_length=20)
    shared: Terms = Field(default=[], max_length=60)
    r2_max: float | None = Field(default=None, gt=0, le=1)


class InfluenceSpec(Entry):
    """What single clusters, periods, an omitted variable and rounding do to the coefficient.

    `leave_out` names columns of which each level is left out in turn; `breaks` the terms whose slopes may be
    others from each period on; `printed_to` the unit of the last printed digit of columns of the panel.
    """

    leave_out: list[Heading] = Field(default=[], max_length=20)
    breaks: Terms = Field(default=[], max_length=20)
    omitted: OmittedSpec | None = None
    printed_to: dict[Heading, float] = {}
    draws: int = Field(default=199, ge=1, le=99_999)


class RobustnessSpec(Entry):
    """All combinations of some choices around one model, and influence, for one of its coefficients.

    `rows` says whether a specification uses every row that it has, or all use the rows that each has. `never`
    lists combinations, by choice and alternative, that make no sense. `most` refuses a larger universe;
    without a word, one larger than all subsets of twenty controls.
    """

    id: Name
    title: Text = ""
    question: Text = ""
    model: Name
    term: Expression
    rows: Literal["own", "common"] = "own"
    choices: list[ChoiceSpec] = Field(default=[], max_length=30)
    never: list[dict[Name, str]] = Field(default=[], max_length=200)
    most: int = Field(default=2**20, ge=1, le=10_000_000)
    inference: InferenceSpec | None = None
    influence: InfluenceSpec | None = None
    seed: int = Field(default=1998, ge=0)
    note: Text = ""

    @property
    def tables(self) -> dict[str, str]:
        """What its tables show, by their ids."""
        asked = self.influence or InfluenceSpec()
        curve = {
            "choices": "the choices",
            "summary": "the curve",
            **({"test": "the whole curve under no effect"} if self.inference else {}),
            "alternatives": "by alternative",
            "variance": "variance by choice",
        }
        influence = {
            **{f"without_{column}": f"without each {column}" for column in asked.leave_out},
            **({"breaks": "a break in every year"} if asked.breaks else {}),
            **({"omitted": "an omitted variable"} if asked.omitted else {}),
            **({"rounding": "figures before they were rounded"} if asked.printed_to else {}),
        }
        made = {**(curve if self.choices else {}), **influence}
        return {f"{self.id}_{name}": f"{self.title or self.id}: {shown}" for name, shown in made.items()}
