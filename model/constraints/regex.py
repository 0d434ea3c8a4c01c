"""Regular expressions as terms: the syntax of Python's `re` as far as it describes a regular language.

Whole texts are matched, as by `re.fullmatch`. `\\d`, `\\w` and `\\s` mean ASCII. What is not regular or
would only change how a match is found is refused by its name: groups that refer back, assertions, flags.
"""

from __future__ import annotations

from model.constraints.characters import LAST, Characters
from model.constraints.terms import Terms
from model.errors import ModelError

MAX_REPEATS = 1000

_DIGIT = Characters.of((48, 57))
_WORD = Characters.of((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE = Characters.among(" \t\n\r\f\v")
_SETS = {
    "d": _DIGIT, "w": _WORD, "s": _SPACE,
    "D": _DIGIT.inverted(), "W": _WORD.inverted(), "S": _SPACE.inverted(),
}  # fmt: skip
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_REFUSED_GROUPS = {
    "=": "lookahead", "!": "lookahead", "<=": "lookbehind", "<!": "lookbehind",
    ">": "an atomic group", "P=": "a backreference", "(": "a condition", "#": "a comment",
}  # fmt: skip
_REFUSED_ESCAPES = {
    "b": "a word boundary",
    "B": "a word boundary",
    "A": "an anchor",
    "Z": "an anchor",
}
_ANY = Characters.among("\n").inverted()


class PatternError(ModelError):
    """A pattern that is malformed, or that no finite automaton can follow."""


def parse(pattern: str, terms: Terms) -> int:
    """The language of a regular expression."""
    reader = _Reader(pattern, terms)
    term = reader.alternatives()
    if not reader.is_done:
        raise reader.error("an unbalanced ')'")
    return term


class _Reader:
    """A recursive descent through one pattern."""

    def __init__(self, pattern: str, terms: Terms) -> None:
        self._pattern, self._terms = pattern, terms
        self._at = 0

    @property
    def is_done(self) -> bool:
        return self._at == len(self._pattern)

    def error(self, what: str) -> PatternError:
        return PatternError(
            f"the pattern {_short(self._pattern)} has {what} at character {self._at + 1}; "
            "write it as a regular language of whole texts"
        )

    def alternatives(self) -> int:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return self._terms.either(options)

    def _sequence(self) -> int:
        parts: list[int] = []
        while not self.is_done and self._peek() not in "|)":
            parts.append(self._repeated(self._atom()))
        return self._terms.concat(*parts)

    def _repeated(self, term: int) -> int:
        bounds = self._bounds()
        if bounds is None:
            return term
        least, most = bounds
        self._take("?")  # lazy: the same language
        if self._bounds() is not None or self._take("+"):
            raise self.error("a repetition of a repetition")
        return self._terms.repeat(term, least, most)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        return self._braces() if self._peek() == "{" else None

    def _braces(self) -> tuple[int, int | None]:
        end = self._pattern.find("}", self._at)
        low, comma, high = self._pattern[self._at + 1 : max(end, 0)].partition(",")
        if not all(text.isdecimal() for text in (low, high) if text) or not (low or high):
            raise self.error("a repetition without numbers (escape a literal brace)")
        least = int(low or 0)
        most = (int(high) if high else None) if comma else least
        if max(least, most or 0) > MAX_REPEATS or (most is not None and most < least):
            raise self.error(f"a repetition outside 0 to {MAX_REPEATS} or with its ends reversed")
        self._at = end + 1
        return least, most

    def _atom(self) -> int:
        sign = self._next()
        match sign:
            case "(":
                return self._group()
            case "[":
                return self._set().term(self._terms)
            case ".":
                return _ANY.term(self._terms)
            case "\\":
                return self._escaped().term(self._terms)
            case "^" | "$":
                return self._anchor(sign)
            case "*" | "+" | "?" | "{":
                self._at -= 1
                raise self.error("nothing to repeat")
        return Characters.among(sign).term(self._terms)

    def _anchor(self, sign: str) -> int:
        """A whole text is meant anyway: anchors are welcome at its ends, and refused elsewhere."""
        is_outside = self._at == 1 if sign == "^" else self.is_done
        if not is_outside:
            raise self.error(f"the anchor {sign!r} inside it")
        return self._terms.empty

    def _group(self) -> int:
        if self._take("?"):
            self._group_kind()
        term = self.alternatives()
        if not self._take(")"):
            raise self.error("an unclosed '('")
        return term

    def _group_kind(self) -> None:
        for sign, name in _REFUSED_GROUPS.items():
            if self._pattern.startswith(sign, self._at):
                raise self.error(name)
        if self._take(":"):
            return
        self._take("P")
        if not self._take("<"):
            raise self.error("a flag")
        self._at = self._pattern.find(">", self._at) + 1 or len(self._pattern)

    def _set(self) -> Characters:
        is_inverted = self._take("^")
        found, is_first = Characters(()), True
        while is_first or self._peek() != "]":
            found |= self._set_range()
            is_first = False
        self._at += 1
        return found.inverted() if is_inverted else found

    def _set_range(self) -> Characters:
        start = self._set_member()
        after = self._pattern[self._at : self._at + 2]
        if not after.startswith("-") or after == "-]":
            return start
        self._at += 1
        low, high = (_single(some) for some in (start, self._set_member()))
        if low is None or high is None or low > high:
            raise self.error("a range without two characters in order")
        return Characters.of((low, high))

    def _set_member(self) -> Characters:
        if self.is_done:
            raise self.error("an unclosed '['")
        sign = self._next()
        return self._escaped() if sign == "\\" else Characters.among(sign)

    def _escaped(self) -> Characters:
        if self.is_done:
            raise self.error("a '\\' with nothing behind it")
        sign = self._next()
        if sign in _SETS:
            return _SETS[sign]
        if sign in _HEX_DIGITS:
            return self._hexadecimal(_HEX_DIGITS[sign])
        if sign in _CONTROLS:
            return Characters.among(_CONTROLS[sign])
        if sign.isascii() and sign.isalnum():
            name = "a backreference" if sign.isdecimal() else f"the unknown escape '\\{sign}'"
            raise self.error(_REFUSED_ESCAPES.get(sign, name))
        return Characters.among(sign)

    def _hexadecimal(self, n_digits: int) -> Characters:
        digits = self._pattern[self._at : self._at + n_digits]
        is_hexadecimal = all(digit in "0123456789abcdefABCDEF" for digit in digits)
        if len(digits) < n_digits or not is_hexadecimal or int(digits, 16) > LAST:
            raise self.error(f"an escape without its {n_digits} hexadecimal digits")
        self._at += n_digits
        return Characters.among(chr(int(digits, 16)))

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _next(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _take(self, sign: str) -> bool:
        is_there = self._peek() == sign
        self._at += is_there
        return is_there


def _single(some: Characters) -> int | None:
    (low, high), *more = some.ranges or ((0, 1),)
    return low if low == high and not more else None


def _short(pattern: str) -> str:
    return repr(pattern if len(pattern) <= 60 else pattern[:57] + "…")
