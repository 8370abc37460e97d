"""Lines of links: to what was made, and in a copy of the page to what stands beside it."""

from __future__ import annotations

from replication.publish.files_beside import files_of_figure, files_of_table, leading_only_to

MADE = ("tables/one.csv", "tables/one.tex", "tables.docx", "figures/two.png", "figures/two.svg")


def test_a_line_leads_to_what_was_made():
    assert files_of_table("mine", "one", MADE) == (
        '\n<p class="files">Files beside this page: <a href="mine/tables/one.csv">CSV</a>, '
        '<a href="mine/tables/one.tex">LaTeX</a>, <a href="mine/tables.docx">Word, all tables</a></p>'
    )
    assert files_of_table("mine", "other", ()) == ""


def test_a_copy_of_the_page_leads_to_what_stands_beside_it():
    page = f"<p>A</p>{files_of_table('mine', 'one', MADE)}<b>{files_of_figure('mine', 'two', MADE)}</b>"
    kept = {f"mine/{name}" for name in MADE}
    assert leading_only_to(page, kept) == page
    less = leading_only_to(page, {"mine/tables/one.csv", "mine/tables/one.tex"})
    assert less == f"<p>A</p>{files_of_table('mine', 'one', MADE[:2])}<b></b>"
