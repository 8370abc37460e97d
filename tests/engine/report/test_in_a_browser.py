"""The page of made-up studies as Chromium shows it: wide, on a phone, by night, on paper, by keyboard."""

from __future__ import annotations

import pytest

from replication.report.report_page import write_report
from tests.support import browser as seen

pytestmark = seen.needs_chromium


@pytest.fixture(scope="module")
def chromium():
    with seen.chromium() as running:
        yield running


@pytest.fixture
def path(results, tmp_path):
    """The page as a file."""
    write_report(results, tmp_path / "page.html")
    return tmp_path / "page.html"


@pytest.mark.parametrize(
    ("width", "dark"),
    [(seen.WIDE, False), (seen.PHONE, False), (seen.WIDE, True)],
    ids=["wide", "phone", "dark"],
)
def test_nothing_is_cut_off_or_out_of_reach(chromium, path, width, dark):
    with seen.opened(chromium, path, width, dark=dark) as page:
        assert seen.faults(page) == []
        seen.unfold(page)
        assert seen.faults(page) == []
        assert seen.violations(page) == []


@pytest.mark.parametrize(
    ("what", "style", "fault"),
    [
        (".front h1", "width: 3rem; overflow: hidden; white-space: nowrap", "cut off"),
        (".front p", "margin-top: -1.2rem", "over one another"),
        ("main", "width: 2000px", "wide in"),
        ("td a", "position: relative; left: 4rem", "out of its cell"),
    ],
)
def test_what_is_cut_off_is_noticed(chromium, path, what, style, fault):
    with seen.opened(chromium, path) as page:
        page.eval_on_selector(what, "(found, style) => { found.style.cssText = style }", style)
        assert any(fault in each for each in seen.faults(page))


def test_pale_words_are_noticed(chromium, path):
    with seen.opened(chromium, path) as page:
        page.evaluate("document.querySelector('.front h1').style.color = '#aaaaaa'")
        assert any("color-contrast" in each for each in seen.violations(page, "color-contrast"))


def test_a_link_into_a_fold_opens_it(chromium, path):
    with seen.opened(chromium, path) as page:
        figure = page.locator("#model-one-two_way-table")
        assert not figure.is_visible()
        page.evaluate("location.hash = 'model-one-two_way'")
        figure.wait_for(state="visible")
        assert page.locator("#model-one-two_way").bounding_box()["y"] < 100


def test_a_table_is_one_stop_and_arrow_keys_go_through_it(chromium, path):
    with seen.opened(chromium, path) as page:
        table = "document.querySelector('#table-two-main .wide')"
        page.evaluate(f"{table}.focus()")
        where = f"[...{table}.querySelectorAll('a.from')].indexOf(document.activeElement)"
        assert page.evaluate(where) == -1
        page.keyboard.press("Enter")
        assert page.evaluate(where) == 0
        page.keyboard.press("ArrowDown")
        below = page.evaluate(where)
        cells = (
            "[document.activeElement.closest('td').cellIndex, document.activeElement.closest('tr').rowIndex]"
        )
        assert below > 0 and page.evaluate(cells)[0] == 1
        page.keyboard.press("ArrowRight")
        assert page.evaluate(where) == below + 1
        page.keyboard.press("Escape")
        assert page.evaluate(f"document.activeElement === {table}")
        page.keyboard.press("Tab")
        assert not page.evaluate(f"{table}.contains(document.activeElement)")


def test_every_link_arrives_and_tables_add_a_stop_each(chromium, path):
    with seen.opened(chromium, path) as page:
        assert seen.dead_links(page, path) == []
        page.evaluate("document.querySelector('main a').href = '#nowhere'")
        assert seen.dead_links(page, path) == ["#nowhere"]
        assert seen.tab_stops(page) < 60 < page.locator("a.from").count()


def test_the_print_has_numbered_pages_and_the_words_of_the_page(chromium, path):
    with seen.opened(chromium, path) as page:
        assert 4 <= seen.printed_pages(page) <= 12
        page.emulate_media(media="print")
        assert seen.faults(page) == []
        assert "counter(page)" in page.content()
