"""What a study file may say: one frozen class a kind of table in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field

from replication.language import other_programs
from replication.spec.entry import (
    CovarianceSpec,
    Encoding,
    Entry,
    Expression,
    Grouping,
    Heading,
    Level,
    Many,
    Name,
    Pattern,
    TableOrFile,
    Text,
)
from replication.spec.robustness_entries import RobustnessSpec

Share = Annotated[float, Field(gt=0, lt=1)]
Span = Annotated[list[str], Field(min_length=2, max_length=2)]  # first and last period


class TestSpec(Entry):
    """A joint Wald test that the coefficients of `terms` are all zero."""

    __test__ = False  # not a test of ours: tells pytest to look away

    id: Name
    terms: list[str] = Field(min_length=1, max_length=500)


class RandomizationSpec(Entry):
    """A test of one regressor by permuting it: within `strata`, rows of one of `units` together."""

    term: str
    strata: Name | None = None
    units: Name | None = None
    draws: int = Field(default=999, ge=1, le=99_999)
    seed: int = Field(default=1998, ge=0)


class MultipleTestingSpec(Entry):
    """P values of several coefficients adjusted together; `cluster` and `draws` are for romano_wolf."""

    terms: list[str] = Field(min_length=2, max_length=200)
    method: Literal["holm", "romano_wolf"] = "holm"
    cluster: list[Name] = Field(default=["entity"], min_length=1, max_length=2)
    draws: int = Field(default=9999, ge=1, le=99_999)
    seed: int = Field(default=1998, ge=0)


class LeaveOutSpec(Entry):
    """Coefficients that are estimated anew without each level of each of some columns."""

    terms: list[str] = Field(min_length=1, max_length=200)
    columns: list[Heading] = Field(min_length=1, max_length=20)


class ModelSpec(Entry):
    """One model: a formula, the rows it is for, an estimator and one or more errors.

    The first error is the headline one; its results carry the model's id. Each further one is reported
    as `<id>.<kind>` (or its `label`). `long_run` names the terms that are lags of the outcome; the effects
    of all others in the long run are then reported too. `combinations` names expressions of coefficients,
    each written as its term, that are reported with errors by the delta method. `data` and `entity` name
    another table than the study's, and its entity. `reconcile` adds the statistics `<id>_errors` and
    `<id>_factors`: the errors under the conventions of other programs; `multiple_testing` adds `<id>_family`,
    and `leave_out` adds `<id>_without_<column>`. An entry stands for several models if
    it has more `outcomes`, terms that are added one after another (`stepwise`) or each alone
    (`alternatives`), or levels of columns by which the rows are `split`.
    """

    elsewhere: ClassVar[Mapping[str, str]] = other_programs.MODEL_KEYS

    id: Name
    title: Text = ""
    question: Text = ""
    formula: Expression
    outcomes: list[Expression] = Field(default=[], max_length=50)
    stepwise: list[Expression] = Field(default=[], max_length=50)
    alternatives: list[Expression] = Field(default=[], max_length=50)
    split: dict[Heading, Annotated[list[Level], Field(min_length=1, max_length=200)]] = Field(
        default={}, max_length=3
    )
    where: Expression | None = None
    estimator: str = "ols"
    effects: list[Grouping] = Field(default=[], max_length=20, examples=[["entity", "time"]])
    singletons: Literal["drop", "keep"] = "drop"
    intercept: bool = True
    weights: Expression | None = None
    options: dict[str, Any] = {}
    covariance: list[CovarianceSpec] = Field(default=[], max_length=20)
    diagnostics: list[str] = Field(default=[], max_length=50)
    tests: list[TestSpec] = Field(default=[], max_length=50)
    randomization: RandomizationSpec | None = None
    multiple_testing: MultipleTestingSpec | None = None
    leave_out: LeaveOutSpec | None = None
    long_run: list[str] = Many
    marginal_effects: Literal["outcome", "latent"] | None = None
    combinations: dict[Name, Expression] = Field(default={}, max_length=50)
    data: Name | None = None
    entity: Heading | None = None
    reconcile: bool = False
    average_over: int | None = Field(default=None, ge=2, le=100)
    expected_nobs: int | None = Field(default=None, ge=0)
    note: Text = ""


class StatisticSpec(Entry):
    """One descriptive statistic: a measure of `describe` applied to a processed table."""

    id: Name
    title: Text
    table: Name
    measure: str
    unit: Text
    where: Expression | None = None
    with_: dict[str, Any] = Field(default={}, alias="with")
    decimals: int = Field(default=2, ge=0, le=12)
    note: Text = ""


class GroupSpec(Entry):
    """Terms of a table that stand together under a heading."""

    title: Text
    terms: list[str] = Field(min_length=1, max_length=500)


class PanelSpec(Entry):
    """A block of a table: models as columns, under a heading that begins with "Panel A"."""

    title: Text
    models: list[str] = Field(min_length=1, max_length=500)
    terms: list[str] = Many


About = Literal["outcome", "estimator", "effects", "errors"]
EVERYTHING: tuple[About, ...] = get_args(About)


class TableSpec(Entry):
    """One published table: of models, of statistics, of a summary, or of the rows of a processed table.

    `summary` lists expressions of the study's panel, whose statistics are shown, for each level of `by`.
    Of models, `panels` are blocks one above the other; `terms` are shown in their order, `groups` of them
    under headings, and `indicate` tells of terms, or of all levels of a factor, in one row with "yes".
    `std_error` is where the standard error of an estimate stands, `below` what stands under the two, `stars`
    lists p values below which an estimate has one star, two, ..., `about` is what is said of each model,
    `effects` whether each has a row, `fit` the statistics beneath, and `numbered` puts (1), (2), ... before
    the headings, for which `headings` has other words. `notes` are short without conventions, rows and
    options. `finding` is the sentence that answers what the table asks.
    """

    id: Name
    title: Text
    models: list[str] = Many
    terms: list[str] = Many
    statistics: list[Name] = Many
    rows: Literal["group", "period", "statistic"] = "group"
    columns: Literal["group", "period", "statistic"] = "period"
    summary: list[Expression] = Many
    by: Expression | None = None
    table: Name | None = None
    where: Expression | None = None
    show: list[Name] = Many
    decimals: int | None = Field(default=None, ge=0, le=12)
    panels: list[PanelSpec] = Field(default=[], max_length=26)
    groups: list[GroupSpec] = Field(default=[], max_length=50)
    indicate: dict[Heading, Annotated[list[str], Field(min_length=1, max_length=500)]] = Field(
        default={}, max_length=50
    )
    std_error: Literal["beside", "beneath"] = "beside"
    below: Literal["intervals", "t", "p", "nothing"] = "intervals"
    stars: list[Share] = Field(default=[], max_length=4)
    about: list[About] = Field(default=list(EVERYTHING), max_length=len(EVERYTHING))
    effects: Literal["listed", "indicated"] = "listed"
    fit: list[str] | None = Field(default=None, max_length=100)
    numbered: bool = False
    headings: list[Text] = Field(default=[], max_length=500)
    notes: Literal["full", "short"] = "full"
    finding: Text = ""
    note: Text = ""

    @property
    def every_model(self) -> list[str]:
        """The models that it shows, those of its panels too, each once."""
        return list(dict.fromkeys([*self.models, *(name for panel in self.panels for name in panel.models)]))


class FigureSpec(Entry):
    """One published figure, drawn from statistics, from a model, or from the rows of a processed table.

    A network is drawn from the ties in `table` between the actors that the table `actors` describes.
    `shaded` lists spans of periods, first and last, that are tinted. `finding` is the sentence that answers
    what the figure asks. `sources` names the processed tables that its columns come from, where it is drawn
    from a panel of many.
    """

    id: Name
    title: Text
    kind: Literal["lines", "bars", "stacked", "dots", "coefficients", "network"]
    statistics: list[Name] = Many
    models: list[str] = Many
    terms: list[str] = Many
    table: Name | None = None
    actors: Name | None = None
    where: Expression | None = None
    y_label: Text = ""
    x_label: Text = ""
    panels: bool = False
    shaded: list[Span] = Field(default=[], max_length=50)
    finding: Text = ""
    missing: Text = ""
    sources: list[Name] = Field(default=[], max_length=20)
    note: Text = ""


class ValiditySpec(Entry):
    """A test that a model must pass to be counted: one of its statistics within bounds, if it has that."""

    statistic: str
    at_least: float | None = None
    at_most: float | None = None


class BoundSpec(Entry):
    """A coefficient on the lagged outcome must lie between those of a within and of a pooled model.

    Least squares overstates inertia where effects are pooled and understates it within (Bond 2002).
    """

    model: Name
    term: str
    within: Name
    pooled: Name
    lag: str


class ReadingSpec(Entry):
    """A rule, fixed before any estimate is seen, by which a model is read once, by all its errors together.

    It holds where every error's interval of a `positive` term lies above zero, and that of no `not_positive`
    term does; it is opposite where every interval of a positive term lies below zero. Each entry lists terms
    that stand for one another in different models; a model that has none of them, or none of a list under
    `given`, is not read. One that fails a test under `valid` or `bounds` is shown and not counted.
    """

    id: Name
    title: Text
    models: list[str] = Field(min_length=1, max_length=500)
    positive: list[str] = Field(min_length=1, max_length=500)
    not_positive: list[str] = Many
    given: list[str] = Many
    valid: list[ValiditySpec] = Field(default=[], max_length=50)
    bounds: list[BoundSpec] = Field(default=[], max_length=50)


class FileKeys(Entry):
    """How a user's file is read where it does not say so itself.

    `missing` lists what stands for a missing value, `text` and `numbers` the columns to be read as such,
    `columns` names of one's own for headings, `joined` columns that are made of several, as
    "{donor} - {recipient}" of two. `sheet` is for Excel; `header` is the line of the headings, in
    Excel and in files of text, for which `decimal` and `encoding` are.
    """

    missing: list[Level] = Field(default=[], max_length=50)
    text: list[Heading] = Many
    numbers: list[Heading] = Many
    columns: dict[Name, Heading] = Field(default={}, max_length=1000)
    joined: dict[Name, Pattern] = Field(default={}, max_length=20)
    sheet: Heading | None = None
    header: int | None = Field(default=None, ge=1, le=1000)
    decimal: Literal[".", ","] | None = None
    encoding: Encoding = "utf-8"


class StudyHead(FileKeys):
    """What the study is about and which columns tell entity and time; `place` orders the report.

    On the report's first page stand `question`, `answer` (two sentences), and `undone`, what could not be
    done and for want of what; `finding` is the answer at length. `exhibits` are the four or five tables and
    figures that bear it; the others stand behind them. Columns that it does not name are those of the
    project's settings. `data` is a processed table, or one's own file or folder. `threshold` is the worst
    change of a cell against the frozen version that a check lets pass.
    """

    elsewhere: ClassVar[Mapping[str, str]] = other_programs.STUDY_KEYS

    id: Name
    title: Text
    question: Text = ""
    answer: Text = ""
    finding: Text = ""
    undone: Text = ""
    exhibits: list[Name] = Field(default=[], max_length=8)
    data: TableOrFile | None = None
    place: int = 100
    entity: Heading | None = None
    time: Heading | None = None
    threshold: Literal["identical", "rounding", "value", "significance", "sign"] = "rounding"

    @property
    def table(self) -> str | None:
        """The processed table that is the study's panel, if one is."""
        return None if self.file else self.data

    @property
    def file(self) -> str | None:
        """The file or folder that is the study's panel, if one is: its path from the study file's folder."""
        return self.data if self.data and ("." in self.data or self.data.endswith("/")) else None


class Study(Entry):
    """A whole study file."""

    study: StudyHead
    variables: dict[Name, Expression] = Field(default={}, max_length=1000)
    labels: dict[Annotated[str, Field(max_length=200)], Text] = Field(default={}, max_length=2000)
    models: list[ModelSpec] = Field(default=[], max_length=500)
    readings: list[ReadingSpec] = Field(default=[], max_length=50)
    statistics: list[StatisticSpec] = Field(default=[], max_length=1000)
    tables: list[TableSpec] = Field(default=[], max_length=500)
    figures: list[FigureSpec] = Field(default=[], max_length=200)
    robustness: list[RobustnessSpec] = Field(default=[], max_length=50)
