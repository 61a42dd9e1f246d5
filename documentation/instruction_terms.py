"""The meaning of an instruction as a formula: the word vocabulary run on terms that write themselves down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from spec.isa.instruction import Instruction, Load, Store
from spec.isa.step import Effect, Operands, effect, effective_address
from spec.word import XLEN, WordVocabulary


@dataclass(frozen=True)
class Term:
    """A LaTeX template with a # for each argument. `is_atomic` says that it needs no parentheses as an operand."""

    template: str
    arguments: tuple[Term, ...] = ()
    is_atomic: bool = True


def _literal(number: int) -> Term:
    signed = number - (number >> (XLEN - 1) << XLEN)
    if abs(signed) < 2**8:
        return Term(str(signed))
    exponent = (signed - 1).bit_length()
    distance = signed - (1 << exponent)
    if distance == 0:
        return Term(f"2^{{{exponent}}}")
    return Term(f"2^{{{exponent}}} - {-distance}", is_atomic=False)


def _infix(symbol: str, left: Term, right: Term) -> Term:
    return Term(f"# {symbol} #", (left, right), is_atomic=False)


def _function(name: str, *arguments: Term) -> Term:
    return Term(f"{name}({', '.join(['#'] * len(arguments))})", arguments)


class TermWords(WordVocabulary[Term, Term]):
    """Words and truth values as terms."""

    def constant(self, number: int) -> Term:
        return _literal(number % 2**XLEN)

    def add(self, left: Term, right: Term) -> Term:
        return _infix("+", left, right)

    def subtract(self, left: Term, right: Term) -> Term:
        return _infix("-", left, right)

    def multiply(self, left: Term, right: Term) -> Term:
        return _infix("\\cdot", left, right)

    def multiply_high_unsigned(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{high}_{uu}", left, right)

    def multiply_high_signed(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{high}_{ss}", left, right)

    def multiply_high_signed_unsigned(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{high}_{su}", left, right)

    def quotient_unsigned(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{quo}_{u}", left, right)

    def remainder_unsigned(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{rem}_{u}", left, right)

    def quotient_signed(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{quo}_{s}", left, right)

    def remainder_signed(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{rem}_{s}", left, right)

    def bitwise_and(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{and}", left, right)

    def bitwise_or(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{or}", left, right)

    def bitwise_xor(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{xor}", left, right)

    def shift_left(self, word: Term, amount: Term) -> Term:
        return _function("\\mathsf{shl}", word, amount)

    def shift_right_logical(self, word: Term, amount: Term) -> Term:
        return _function("\\mathsf{shr}_{u}", word, amount)

    def shift_right_arithmetic(self, word: Term, amount: Term) -> Term:
        return _function("\\mathsf{shr}_{s}", word, amount)

    def sign_extend(self, word: Term, from_bits: int) -> Term:
        return word if from_bits == XLEN else _function(f"\\mathsf{{sext}}_{{{from_bits}}}", word)

    def zero_extend(self, word: Term, from_bits: int) -> Term:
        return word if from_bits == XLEN else _function(f"\\mathsf{{zext}}_{{{from_bits}}}", word)

    def equal(self, left: Term, right: Term) -> Term:
        return _infix("=", left, right)

    def below_unsigned(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{below}_{u}", left, right)

    def below_signed(self, left: Term, right: Term) -> Term:
        return _function("\\mathsf{below}_{s}", left, right)

    def truth(self, known: bool) -> Term:
        return TRUE if known else FALSE

    def negation(self, condition: Term) -> Term:
        return Term("\\neg #", (condition,), is_atomic=False)

    def conjunction(self, left: Term, right: Term) -> Term:
        return _infix("\\wedge", left, right)

    def disjunction(self, left: Term, right: Term) -> Term:
        return _infix("\\vee", left, right)

    def select(self, condition: Term, then: Term, otherwise: Term) -> Term:
        return _function("\\mathsf{select}", condition, then, otherwise)


TRUE, FALSE = Term("\\mathsf{true}"), Term("\\mathsf{false}")
PC, LEFT, RIGHT, IMMEDIATE = Term("pc"), Term("x"), Term("y"), Term("i")
LOW, HIGH = Term("m_0"), Term("m_1")
WORDS = TermWords()


def written(term: Term, names: dict[Term, str]) -> str:
    """The term in LaTeX; subterms that have a name are written by it."""
    return names[term] if term in names else unfolded(term, names)


def unfolded(term: Term, names: dict[Term, str]) -> str:
    """The term in LaTeX, even if it has a name itself."""
    pieces = term.template.split("#")
    text = pieces[0]
    for argument, piece in zip(term.arguments, pieces[1:], strict=True):
        operand = written(argument, names)
        is_bare = term.is_atomic or argument.is_atomic or argument in names
        text += (operand if is_bare else f"({operand})") + piece
    return text


@dataclass(frozen=True)
class Formula:
    """An instruction's meaning: auxiliary names with their definitions, then what it says, in LaTeX."""

    auxiliary: tuple[tuple[str, str], ...]
    equations: tuple[tuple[str, str], ...]


def formula(instruction: Instruction) -> Formula:
    """What `effect` says of the instruction, on symbols. Whatever is used twice gets a name."""
    found = effect(WORDS, instruction, Operands(PC, LEFT, RIGHT, IMMEDIATE, LOW, HIGH))
    claims = _claims(found)
    uses = Counter(claim for _, claim in claims)
    ordered: list[Term] = []
    for _, claim in claims:
        _collect(claim, uses, ordered)
    names: dict[Term, str] = {}
    if isinstance(instruction.meaning, Load | Store):
        names[effective_address(WORDS, LEFT, IMMEDIATE)] = "a"
    auxiliary = [(name, unfolded(term, names)) for term, name in names.items()]
    for term in ordered:
        if uses[term] > 1 and term not in names:
            name = f"t_{{{len(names)}}}"
            auxiliary.append((name, unfolded(term, names)))
            names[term] = name
    return Formula(tuple(auxiliary), tuple((name, written(claim, names)) for name, claim in claims))


def _collect(term: Term, uses: Counter[Term], ordered: list[Term]) -> None:
    """Counts the places in which each compound subterm stands, and lists them, inner ones first."""
    if not term.arguments or term in ordered:
        return
    for argument in term.arguments:
        uses[argument] += 1
        _collect(argument, uses, ordered)
    ordered.append(term)


def _claims(found: Effect[Term, Term]) -> list[tuple[str, Term]]:
    claims = []
    if found.normal != TRUE:
        claims.append(("N", found.normal))
    if found.halts == FALSE and found.normal != FALSE:
        claims.append(("pc'", found.next_pc))
    if found.result is not None:
        claims.append(("r", found.result))
    for name, before, after in (("m_0'", LOW, found.low), ("m_1'", HIGH, found.high)):
        if after != before:
            claims.append((name, after))
    return claims
