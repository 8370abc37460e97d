"""Under a drawing stands who published its figures."""

from __future__ import annotations

import pytest

from replication.errors import StudyError
from replication.publish.origins import source_line
from replication.spec.entries import FigureSpec, ModelSpec, StatisticSpec, Study, StudyHead
from tests.support.made_up import lay_out


@pytest.fixture
def project(tmp_path):
    made = lay_out(tmp_path)
    text = made.registry.read_text().replace("publisher of the file", "Bank; Treasury", 1)
    made.registry.write_text(text)
    return made


def line(project, *, data: str | None = "panel", **entry) -> str:
    price = StatisticSpec(id="price", title="P", table="prices", measure="levels", unit="yen")
    model = ModelSpec(id="m", formula="y ~ x")
    study = Study(study=StudyHead(id="s", title="S", data=data), statistics=[price], models=[model])
    return source_line(project, study, FigureSpec(id="f", title="F", kind="lines", **entry))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"statistics": ["price"]}, "Source: publisher of the file."),
        ({"models": ["m.cr2"]}, "Sources: Bank; Treasury."),
        ({"statistics": ["h1_share"]}, "Sources: Bank; Treasury."),
        ({"table": "means", "actors": "prices"}, "Sources: Bank; Treasury; publisher of the file."),
        ({"models": ["m"], "sources": ["prices"]}, "Source: publisher of the file."),
        ({"models": ["m"], "data": None}, ""),
        ({"models": ["m"], "data": "mine"}, ""),
    ],
)
def test_the_publishers_behind_what_is_drawn(project, entry, told):
    assert line(project, **entry) == told


def test_many_publishers_are_counted(project):
    text = project.registry.read_text().replace("Bank; Treasury", "A; B; C; D; E")
    project.registry.write_text(text)
    assert line(project, models=["m"]) == (
        "Sources: 1 file by 5 publishers, listed under the data of the study."
    )


def test_a_table_that_is_not_there(project):
    with pytest.raises(StudyError, match="sources: table 'price' is not known.*did you mean 'prices'"):
        line(project, statistics=["price"], sources=["price"])
