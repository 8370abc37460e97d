"""Hostile study files, made by the hundred from a seed."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from dataclasses import dataclass

from replication.estimate.words import COVARIANCES, DIAGNOSTICS, ESTIMATORS, NEEDS
from tests.harden.watch import CANARY

HEAD = '[study]\nid = "mine"\ntitle = "A study"\nentity = "land"\ntime = "jahr"\n'
CODE = (
    f"__import__('os').system('touch {CANARY}')",
    f"open('{CANARY}', 'w')",
    f"().__class__.__bases__[0].__subclasses__() and '{CANARY}'",
    f"eval('{CANARY}')",
    f"exec('{CANARY}=1')",
    f"@{CANARY}.__globals__",
    f"np.load('{CANARY}')",
    f"I({CANARY}())",
    f"C(x, Treatment={CANARY})",
    f"`{CANARY}`",
    f"$({CANARY})",
    f"{{{{ {CANARY}.__class__ }}}}",
    f"lambda: {CANARY}",
    f"[{CANARY} for _ in x]",
    f"x.__class__ + {CANARY}",
    f"getattr(x, '{CANARY}')",
    f"x if {CANARY} else x",
    f"f'{{{CANARY}}}'",
    f"\\u005f\\u005fimport__('{CANARY}')",
)
PATHS = (
    "../escaped", "/etc/passwd", "/tmp/escaped", "..", ".", "../../../../etc/shadow", "C:/Windows/win.ini",
    "C:\\\\escaped", "//host/share", "file:///etc/passwd", "~/.ssh/id_rsa", "a/../../b", "con", "nul\\u0000",
    "..%2f..%2fescaped", "a/b", "", " ", "\\u202e", "-rf", "$HOME", "%TEMP%", "a" * 300, "\\n", "ａ", "é",
)  # fmt: skip


def model(**keys: str) -> str:
    """A [[models]] entry; values are TOML as written."""
    entry = {"id": '"first"', "formula": '"y ~ x"', **keys}
    return "\n[[models]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.items())


def quoted(text: str) -> str:
    """Text as a basic TOML string; backslashes stay, so that escapes are TOML's."""
    return '"' + text.replace('"', '\\"').replace("\n", "\\n") + '"'


def code(draw: random.Random) -> str:
    """Python, shell or template code where a formula, a filter, a name or an option is expected."""
    bad = draw.choice(CODE)
    wrap = draw.choice(
        ("{}", "y ~ {}", "y ~ x + {}", "log({})", "lag(x, {})", "x in ({})", "{} ~ x", "dummies({})")
    )
    text = quoted(wrap.format(bad))
    place = draw.choice(
        ("formula", "where", "weights", "estimator", "effects", "covariance", "options", "diagnostics",
         "tests", "long_run", "variables", "labels", "data", "key")
    )  # fmt: skip
    match place:
        case "effects" | "diagnostics" | "long_run":
            return HEAD + model(**{place: f"[{text}]"})
        case "covariance":
            return HEAD + model(covariance=f'[{{ kind = "clustered", cluster = [{text}] }}]')
        case "options":
            return HEAD + model(
                estimator='"iv"', options=f"{{ endogenous = [{text}], instruments = [{text}] }}"
            )
        case "tests":
            return HEAD + model(tests=f'[{{ id = "t", terms = [{text}] }}]')
        case "variables":
            return HEAD + f"[variables]\nv = {text}\n" + model(formula='"y ~ v"')
        case "labels":
            return HEAD + f"[labels]\n{text} = {text}\n" + model(title=text, question=text, note=text)
        case "key":
            return HEAD + model(**{text: "1"})
    return HEAD + model(**{place: text})


def paths(draw: random.Random) -> str:
    """A path where a name becomes a file or a table."""
    bad = '"' + draw.choice(PATHS) + '"'
    place = draw.choice(("study", "model", "data", "table", "figure", "statistic", "label", "entity"))
    match place:
        case "study":
            return HEAD.replace('"mine"', bad) + model()
        case "model":
            return HEAD + model(id=bad)
        case "data":
            return HEAD + model(data=bad)
        case "entity":
            return HEAD.replace('"land"', bad) + model()
        case "table":
            key = draw.choice(("id", "table"))
            other = 'models = ["first"]' if key == "id" else 'id = "t"'
            return HEAD + model() + f'\n[[tables]]\n{key} = {bad}\ntitle = "t"\n{other}\n'
        case "figure":
            return (
                HEAD
                + model()
                + f'\n[[figures]]\nid = {bad}\ntitle = "t"\nkind = "coefficients"\nmodels = ["first"]\n'
            )
        case "statistic":
            key = draw.choice(("id", "table", "measure"))
            entry = {
                "id": '"s"',
                "table": '"countries"',
                "measure": '"share"',
                "title": '"t"',
                "unit": '"u"',
                key: bad,
            }
            return (
                HEAD + "\n[[statistics]]\n" + "".join(f"{name} = {value}\n" for name, value in entry.items())
            )
    return HEAD + model(covariance=f'[{{ kind = "hc1", label = {bad} }}]')


def deep(draw: random.Random) -> str:
    """Nesting, chains and towers that cost time or stack."""
    size = draw.choice((30, 300, 3000, 30000))
    short = min(size, 1900)
    chain = "".join(f"v{n} = 'v{n - 1} + v{n - 1}'\n" for n in range(1, size // 10))
    circle = "".join(f"v{n} = 'v{n - 1}'\n" for n in range(1, short))
    return draw.choice(
        (
            HEAD + model(formula=quoted("y ~ " + "(" * short + "x" + ")" * short)),
            HEAD + model(formula=quoted("y ~ (" + "-" * short + "x)")),
            HEAD + model(where=quoted("not " * (short // 4) + "x > 0")),
            HEAD + model(formula=quoted("y ~ (" + "^".join(["x"] * (short // 2)) + ")")),
            HEAD + model(formula=quoted("y ~ (" + "^".join(["9"] * (short // 2)) + " * x)")),
            HEAD + model(formula=quoted("y ~ " + "log(" * (short // 5) + "x" + ")" * (short // 5))),
            HEAD + model(formula=quoted("y ~ " + " + ".join(["x"] * (short // 4)))),
            HEAD + model(where=quoted(" and ".join(["x > 0"] * (short // 12)))),
            HEAD + "[variables]\nv0 = 'x'\n" + chain + model(formula=f'"y ~ v{size // 10 - 1}"'),
            HEAD + f"[variables]\nv0 = 'v{short - 1}'\n" + circle + model(formula='"y ~ v0"'),
            HEAD + "bomb = " + "[" * size + "]" * size + "\n" + model(),
            HEAD + "bomb = " + "{a = " * size + "1" + "}" * size + "\n" + model(),
            "[" + ".".join(["a"] * size) + "]\n" + HEAD + model(),
            HEAD + model(options="{ " + ".".join(["a"] * short) + " = 1 }"),
            HEAD
            + model(formula=quoted("y ~ " + "interaction(" * (short // 20) + "x" + ", x)" * (short // 20))),
        )
    )


def large(draw: random.Random) -> str:
    """Numbers, lists and texts that ask for more than there is."""
    number = draw.choice(
        (
            "1000000000",
            "9" * 30,
            "9" * 4000,
            "9" * 5000,
            "-1",
            "0",
            "1e308",
            "1e999",
            "nan",
            "inf",
            "0x7fffffffffffffff",
        )
    )
    size = draw.choice((1000, 100_000, 900_000, 1_100_000))
    word = "x" * size
    kind = draw.choice(("wild_bootstrap", "pairs_bootstrap", "newey_west", "driscoll_kraay", "clustered"))
    option = draw.choice(("draws", "lags", "seed", "blocks"))
    return draw.choice(
        (
            HEAD + model(covariance=f'[{{ kind = "{kind}", {option} = {number} }}]'),
            HEAD + model(covariance=f'[{{ kind = "wild_bootstrap", cluster = ["land"], draws = {number} }}]'),
            HEAD + model(formula=quoted(f"y ~ lag(x, {number[:300]})")),
            HEAD + model(formula=quoted(f"y ~ (x * {number[:300]})")),
            HEAD + model(average_over=number),
            HEAD + model(expected_nobs=number),
            HEAD.replace("[study]", f"[study]\nplace = {number}") + model(),
            HEAD
            + model(
                formula=quoted("y ~ dummies(x) + interaction(dummies(x), dummies(y), dummies(z), dummies(x))")
            ),
            HEAD
            + model(
                formula=quoted(
                    "y ~ interaction(dummies(land), dummies(jahr), dummies(land), dummies(jahr), dummies(x))"
                )
            ),
            HEAD + "".join(model(id=f'"m{n}"') for n in range(min(size // 100, 600))),
            HEAD
            + model(
                covariance="["
                + ", ".join(f'{{ kind = "hc1", label = "l{n}" }}' for n in range(size // 1000))
                + "]"
            ),
            HEAD + model(title=quoted(word)),
            HEAD + f'[labels]\nx = "{word}"\n' + model(),
            HEAD + f'[labels]\n"{word}" = "x"\n' + model(),
            HEAD + "".join(f"# {'comment' * 10}\n" for _ in range(size // 70)) + model(),
            HEAD
            + "[variables]\n"
            + "".join(f"v{n} = 'x'\n" for n in range(size // 20))
            + model(formula='"y ~ v1"'),
            HEAD + model(effects="[" + ", ".join(['"land"'] * (size // 100)) + "]"),
            HEAD
            + model(
                tests="[" + ", ".join(f'{{ id = "t{n}", terms = ["x"] }}' for n in range(size // 100)) + "]"
            ),
            HEAD + model(estimator='"quantile"', options=f"{{ q = {number} }}"),
            HEAD
            + model()
            + f'\n[[tables]]\nid = "t"\ntitle = "t"\nmodels = ["first"]\ndecimals = {number}\n',
            HEAD
            + model()
            + '\n[[tables]]\nid = "t"\ntitle = "t"\nmodels = ['
            + '"first", ' * (size // 100)
            + "]\n",
        )
    )


def malformed(draw: random.Random) -> str | bytes:
    """Text that is no TOML, no UTF-8, or holds wrong kinds of values and unknown keys."""
    good = HEAD + model(covariance='[{ kind = "hc1" }]', where='"jahr > 1980"')
    raw = bytearray(good.encode())
    match draw.randrange(8):
        case 0:
            return bytes(raw[: draw.randrange(len(raw))])
        case 1:
            for _ in range(draw.randint(1, 8)):
                raw[draw.randrange(len(raw))] = draw.randrange(256)
            return bytes(raw)
        case 2:
            return good.encode(draw.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7")))
        case 3:
            return draw.randbytes(draw.randint(1, 3000))
        case 4:
            lines = good.splitlines()
            draw.shuffle(lines)
            return "\n".join(lines)
        case 5:
            value = draw.choice(
                ("1", "true", "[]", "{}", "1979-05-27", "nan", '""', "[[1]]", '{ a = "b" }', "99:99:99")
            )
            key = draw.choice(
                ("id", "formula", "where", "effects", "covariance", "options", "tests", "intercept")
            )
            return HEAD + model(**{key: value})
        case 6:
            key = draw.choice(
                ("__class__", "model_config", "model_extra", "constructor", "estimater", "kind", "self")
            )
            return HEAD + model(**{key: "1"}, covariance=f'[{{ kind = "hc1", {key} = 1 }}]')
    return good + good


ODD = (
    "0",
    "-1",
    "1",
    "2",
    "1000000000",
    "9" * 30,
    "1e308",
    "nan",
    "inf",
    "0.5",
    '""',
    '"nope"',
    '"x"',
    '"land"',
    "[]",
    '["nope"]',
    '["x"]',
    '["z", "z"]',
    "[1]",
    "{}",
    "true",
    '"x + 1"',
    '["lag(x, 1)"]',
    '["land", "jahr"]',
    '"time"',
)
TERMS = (
    "x",
    "z",
    "lag(y, 1)",
    "lag(x, 2)",
    "dummies(land)",
    "interaction(x, z)",
    "(x * 1e150)",
    "log(z)",
    "(x * 0)",
)

SOUND = {
    "endogenous": ('["x"]', '["lag(y, 1)"]'),
    "instruments": ('["lag(x, 1)"]', '["lag(x, 1)", "lag(x, 2)"]'),
    "selected": ('"x > 0"', '"z > 0"'),
}
OUTCOMES = {
    **dict.fromkeys(("logit", "probit"), ("(y > 0)", "(y > 1)")),
    **dict.fromkeys(("fractional_logit", "fractional_probit"), ("min(abs(y), 1)",)),
    **dict.fromkeys(("ppml", "negative_binomial"), ("abs(y)", "max(y, 0)", "(y > 0)", "jahr")),
    **dict.fromkeys(("tobit", "tobit_random_effects", "two_part"), ("max(y, 0)", "abs(y)")),
}
# What may stand beside a model's options, sound or odd.
BESIDE = {
    "effects": ('["entity"]', '["time"]', '["entity", "time"]', '["land"]', '["z"]'),
    "weights": ('"x"', '"abs(x)"', '"(x * 0)"', '"abs(z) * 1e200"'),
    "diagnostics": tuple(f'["{name}"]' for name in DIAGNOSTICS),
    "tests": (
        '[{ id = "t", terms = ["x"] }]',
        '[{ id = "t", terms = ["x", "z"] }]',
        '[{ id = "t", terms = ["const"] }]',
    ),
    "long_run": ('["lag(y, 1)"]', '["x"]'),
    "marginal_effects": ('"outcome"', '"latent"'),
    "randomization": ('{ term = "x", draws = 99 }', '{ term = "x", units = "land", draws = 19 }'),
    "multiple_testing": (
        '{ terms = ["x", "z"] }',
        '{ terms = ["x", "z"], method = "romano_wolf", draws = 99 }',
    ),
    "reconcile": ("true",),
    "intercept": ("false",),
    "average_over": ("2", "5"),
}


def options(draw: random.Random) -> str:
    """Estimators and errors with an odd option now and then, on terms that are hard to estimate with."""
    estimator, kind = draw.choice(list(ESTIMATORS)), draw.choice(list(COVARIANCES))
    roles = NEEDS[estimator].roles if estimator in NEEDS else {}
    given = {name: draw.choice(SOUND.get(name, ('["z"]', '["lag(x, 1)"]'))) for name in roles}
    given |= {name: draw.choice(ODD) for name in keywords(ESTIMATORS[estimator]) if draw.random() < 0.04}
    own = {name: draw.choice(ODD) for name in keywords(COVARIANCES[kind]) if draw.random() < 0.04}
    sound = {"cluster": '["land"]', "draws": "29" if kind == "wild_bootstrap" else "5"}
    own |= {name: sound[name] for name in keywords(COVARIANCES[kind]) if name in sound}
    more = {name: draw.choice(values) for name, values in BESIDE.items() if draw.random() < 0.06}
    outcome = draw.choice(OUTCOMES.get(estimator, ("y", "y", "max(y, 0)", "jahr", "(y * 1e60)", "(y > 0)")))
    usable = [term for term in TERMS if "instruments" not in roles or "x" not in term]
    terms = draw.sample(usable, draw.choice((1, 1, 2, 3)))
    return HEAD + model(
        formula=quoted(f"{outcome} ~ {' + '.join(terms)}"),
        estimator=quoted(estimator),
        options=inline(given),
        covariance=f"[{inline({'kind': quoted(kind), **own})}]",
        where=draw.choice(
            ('"jahr > 0"', '"jahr > 0"', '"jahr > 1985"', '"x > 0"', "\"land in ('A', 'B', 'C')\"")
        ),
        **more,
    )


def keywords(function: Callable) -> list[str]:
    """Options that a function takes."""
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.name != "effects"]


def inline(entries: dict[str, str]) -> str:
    """An inline table; values are TOML as written."""
    return "{ " + ", ".join(f"{name} = {value}" for name, value in entries.items()) + " }"


@dataclass(frozen=True)
class Hostile:
    """One case: what kind of attack it is, and the bytes of the study file."""

    kind: str
    content: bytes


KINDS: dict[str, Callable[[random.Random], str | bytes]] = {
    "code": code,
    "paths": paths,
    "depth": deep,
    "size": large,
    "form": malformed,
    "options": options,
}


def hostile_studies(number: int, seed: int) -> list[Hostile]:
    """`number` study files, of each kind in turn."""
    draw = random.Random(seed)
    names = list(KINDS)
    found = []
    for place in range(number):
        kind = names[place % len(names)]
        content = KINDS[kind](draw)
        found.append(Hostile(kind, content if isinstance(content, bytes) else content.encode("utf-8")))
    return found
