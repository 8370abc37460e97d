"""Text -> tree.

condition := conjunction ("or" conjunction)*
conjunction := negation ("and" negation)*
negation := "not" negation | comparison
comparison := sum [("==" | "!=" | "<" | "<=" | ">" | ">=") sum | ["not"] "in" "(" literal, ... ")"
              | "is" ["not"] "missing"]
sum := product (("+" | "-") product)*
product := sign (("*" | "/") sign)*
sign := "-" sign | power
power := atom ["^" sign]
atom := number | text | name | name "(" argument, ... ")" | "(" condition ")"
argument := condition | number ":" number
name := letter, then letters, digits and _, or anything in backticks
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from replication.errors import StudyError
from replication.language import translate
from replication.language.nodes import (
    IS_MISSING,
    WORDS,
    Call,
    Formula,
    Name,
    Node,
    Number,
    Range,
    Text,
    number_in,
    show,
)
from replication.language.tokens import PLAIN, shortened, tokens_of

MAX_LENGTH, MAX_DEPTH, MAX_NODES = 4000, 40, 1000
LONGEST_HINT = 400  # letters of a text that is translated for a message
MAX_STEPS = 100  # from the whole down to a name: a sum of a hundred is as deep as it is long
COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
OURS = {"ln": "log"}  # two names of one function
LARGEST_RANGE = 100  # numbers in a range, which are as many columns


def parse(text: str) -> Node:
    """The tree of an expression.

    Raises
    ------
    StudyError
        The text is not in the language; the message gives the place, what was expected, and what a text in
        the words of Stata, R or Python would be in these.
    """
    try:
        return _parse(text)
    except StudyError as problem:
        raise StudyError(f"{problem}{_suggestion(text, translate.expression, _parse)}") from None


def parse_formula(text: str) -> Formula:
    """The tree of `outcome ~ term + term + ...`.

    A term is a column, a call or an expression in parentheses: a bare product or interaction sign is
    refused, because programs disagree on what it means.
    """
    try:
        return _parse_formula(text)
    except StudyError as problem:
        raise StudyError(f"{problem}{_suggestion(text, translate.formula, _parse_formula)}") from None


@lru_cache(maxsize=4096)  # a study names the same expressions some hundred times
def _parse(text: str) -> Node:
    parser = _Parser(text)
    node = parser.condition()
    parser.end()
    return _of_few_steps(node)


@lru_cache(maxsize=4096)
def _parse_formula(text: str) -> Formula:
    parser = _Parser(text)
    outcome = parser.condition()
    parser.expect("~")
    terms = parser.terms()
    parser.end()
    return Formula(_of_few_steps(outcome), tuple(map(_of_few_steps, terms)))


def _of_few_steps(node: Node) -> Node:
    """The tree, unless more operations build on one another than recursion over it can go down."""
    ahead = [(node, 0)]
    while ahead:
        below, steps = ahead.pop()
        if steps > MAX_STEPS:
            raise StudyError(
                f"more than {MAX_STEPS} operations build on one another; name parts of them under [variables]"
            )
        if isinstance(below, Call):
            ahead += [(argument, steps + 1) for argument in below.arguments]
    return node


def _suggestion(text: str, translated: Callable[[str], translate.Ours], read: Callable[[str], object]) -> str:
    """The same in this language, if it is in it and says something else."""
    if len(text) > LONGEST_HINT:
        return ""
    ours = translated(text)
    try:
        read(ours.text)
    except StudyError:
        return ""
    same = ours.text.split() == text.split()
    return "" if same else f"; in this language: {', '.join((ours.text, *ours.keys))}"


def in_our_words(node: Node) -> str:
    """For an expression that calls what other programs have: a suggestion for the end of a message."""
    return _suggestion(show(node), translate.expression, _parse)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > MAX_LENGTH:
            raise StudyError(f"the expression has {len(text)} characters; allowed: at most {MAX_LENGTH}")
        self.tokens = tokens_of(text)
        self.place = self.depth = self.nodes = 0

    def condition(self) -> Node:
        """One expression, up to where it ends."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise StudyError(f"the expression is nested more than {MAX_DEPTH} deep")
        node = self._chain(self._conjunction, ("or",))
        self.depth -= 1
        return node

    def terms(self) -> tuple[Node, ...]:
        """The terms of a formula, joined by plus signs; none where it says 1, the constant alone."""
        if self._peek() == "1" and self._peek(1) is None:
            self._take("1")
            return ()
        terms = [self._term()]
        while self._take("+"):
            terms.append(self._term())
        return tuple(terms)

    def expect(self, sign: str) -> None:
        """Step over this sign; StudyError if it is not next."""
        if not self._take(sign):
            raise self._error(f"'{sign}' was expected")

    def end(self) -> None:
        """StudyError if anything is left."""
        if self._peek() is not None:
            raise self._error(f"the end was expected{self._blank_hint()}")

    def _term(self) -> Node:
        if self._peek() in ("-", "1", "0"):
            raise self._error('terms are joined by "+"; leave the constant out with intercept = false')
        if self._peek() is None:
            raise self._error("a term was expected: a column, a call or an expression in parentheses")
        node = self._atom()
        if self._peek() not in ("+", None):
            raise self._error(
                'terms are joined by "+"; write arithmetic in parentheses, as (a * b), '
                f"and interactions as interaction(a, b){self._blank_hint()}"
            )
        if isinstance(node, Number | Text):
            raise self._error("a term is a column, a call or an expression in parentheses")
        return node

    def _conjunction(self) -> Node:
        return self._chain(self._negation, ("and",))

    def _negation(self) -> Node:
        if self._take("not"):
            self._count_depth()
            node = self._call("not", self._negation())
            self.depth -= 1
            return node
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        sign = self._peek()
        if sign in COMPARISONS:
            self.place += 1
            return self._call(sign, left, self._sum())
        if sign == "in":
            self.place += 1
            return self._call("in", left, *self._members())
        if sign == "not" and self._peek(1) == "in":
            self.place += 2
            return self._call("not", self._call("in", left, *self._members()))
        if self._take("is"):
            negated = self._take("not")
            self.expect("missing")
            found = self._call(IS_MISSING, left)
            return self._call("not", found) if negated else found
        return left

    def _members(self) -> list[Node]:
        self.expect("(")
        members = [self._literal()]
        while self._take(","):
            members.append(self._literal())
        self.expect(")")
        return members

    def _literal(self) -> Node:
        node = self._sign()
        if isinstance(node, Call) and node.function == "-" and isinstance(node.arguments[0], Number):
            return Number(-node.arguments[0].value)
        if not isinstance(node, Number | Text):
            raise self._error("a list holds numbers and quoted texts only")
        return node

    def _sum(self) -> Node:
        return self._chain(self._product, ("+", "-"))

    def _product(self) -> Node:
        return self._chain(self._sign, ("*", "/"))

    def _sign(self) -> Node:
        if self._take("-"):
            self._count_depth()
            node = self._call("-", self._sign())
            self.depth -= 1
            return node
        base = self._atom()
        if self._take("^"):
            self._count_depth()
            base = self._call("^", base, self._sign())
            self.depth -= 1
        return base

    def _atom(self) -> Node:
        token = self._peek()
        if token is None:
            raise self._error("a number, a column or a call was expected")
        self.place += 1
        if token == "(":
            node = self.condition()
            self.expect(")")
            return node
        if token[0] in "\"'":
            return self._count(Text(token[1:-1]))
        if token[0].isdigit() or token[0] == ".":
            return self._count(Number(int(token) if token.isdecimal() and len(token) > 15 else float(token)))
        if token[0] == "`":
            return self._count(Name(token[1:-1]))
        if token[0].isalpha() and token not in WORDS:
            function = OURS.get(token, token)
            return self._arguments(function) if self._take("(") else self._count(Name(token))
        self.place -= 1
        if token in WORDS:
            raise self._error("a word of the language; a column of this name stands in backticks")
        raise self._error("a number, a column or a call was expected")

    def _arguments(self, function: str) -> Node:
        arguments = []
        if not self._take(")"):
            arguments.append(self._argument())
            while self._take(","):
                arguments.append(self._argument())
            self.expect(")")
        return self._call(function, *arguments)

    def _argument(self) -> Node:
        first = self.condition()
        if self._peek() != ":" or number_in(first) is None:
            return first
        self.place += 1
        ends = [number_in(node) for node in (first, self._sign())]
        if any(end is None or end % 1 or abs(end) > LARGEST_RANGE for end in ends):
            raise self._error(f"a range is of whole numbers up to {LARGEST_RANGE}, as in 1:3")
        found = Range(*(int(end) for end in ends if end is not None))
        if not found.numbers:
            raise self._error("a range begins with its smaller number")
        return self._count(found)

    def _chain(self, operand: Callable[[], Node], signs: tuple[str, ...]) -> Node:
        node = operand()
        while self._peek() in signs:
            sign = self.tokens[self.place][0]
            self.place += 1
            node = self._call(sign, node, operand())
        return node

    def _call(self, function: str, *arguments: Node) -> Node:
        return self._count(Call(function, arguments))

    def _count(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise StudyError(f"the expression has more than {MAX_NODES} parts")
        return node

    def _count_depth(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise StudyError(f"the expression is nested more than {MAX_DEPTH} deep")

    def _peek(self, ahead: int = 0) -> str | None:
        place = self.place + ahead
        return self.tokens[place][0] if place < len(self.tokens) else None

    def _take(self, sign: str) -> bool:
        found = self._peek() == sign
        self.place += found
        return found

    def _blank_hint(self) -> str:
        """For a name after a name."""
        after = PLAIN.fullmatch(self._peek() or "")
        return "; a name with blanks stands in backticks" if after else ""

    def _error(self, expected: str) -> StudyError:
        if self.place < len(self.tokens):
            token, column = self.tokens[self.place]
            if token == ":":
                expected = "':' is not in the language but between numbers (write interaction(a, b))"
            return StudyError(
                f"at character {column + 1} of {shortened(self.text)!r}: found {token!r}; {expected}"
            )
        return StudyError(f"at the end of {shortened(self.text)!r}: {expected}")
