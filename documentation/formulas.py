"""Formulas that declarations hold as plain text, as a document sets them: each text has its formula here, and a text
that is new or changed has none, which is an error."""

from __future__ import annotations

from spec.word import BYTE_BITS

ERRORS = {
    "t eps + 3 (t^2 + 1) / 2^lambda for t queries to the hash, lambda its output in bits": (
        r"$t \cdot \varepsilon + 3 (t^2 + 1) / 2^{\lambda_H}$ for $t$ questions to the hash"
    ),
    "(L^2 / 2) 2^h / |F| for each pinned commitment": r"$(L^2/2)\,2^H / \lvert F\rvert$ for each pinned commitment",
    "L N / |F| for N messages; L = 1 for the global challenge, charged once in a run": (
        r"$L N / \lvert F\rvert$ for $N$ messages; $L = 1$ for the global challenge, charged once in a run"
    ),
    "L N W / |F|, W the widest message on any bus of the scope; L = 1 for the global challenge": (
        r"$L N W / \lvert F\rvert$, $W$ the widest message on any bus of the scope; $L = 1$ for the global "
        "challenge"
    ),
    "L / |F|; 2 L / |F| for the coordinate that also ends the zerocheck's point": (
        r"$L / \lvert F\rvert$; $2 L / \lvert F\rvert$ for the coordinate that also ends the zerocheck's "
        "point"
    ),
    "2 L / |F|; 3 L / |F| in the last layer, whose coordinates are the zerocheck's point": (
        r"$2 L / \lvert F\rvert$; $3 L / \lvert F\rvert$ in the last layer, whose coordinates are the "
        "zerocheck's point"
    ),
    "L (1 + constraints) / |F|: powers of one challenge, numerators 1, denominators its first power": (
        r"$L (1 + C) / \lvert F\rvert$, $C$ the constraints: powers of one challenge, numerators 1, "
        "denominators its first power"
    ),
    "3 L / |F|": r"$3 L / \lvert F\rvert$",
    "L (claims - 1) / |F| for values of columns and pinned answers, by powers": (
        r"$L (n - 1) / \lvert F\rvert$ for $n$ claims: values of columns and pinned answers, by powers"
    ),
    "2 L / |F|": r"$2 L / \lvert F\rvert$",
    "(W - 1) (gap(h) + L) / |F| for W stacked columns of all commitments, gap the count for a line": (
        r"$(W - 1)(\mathsf{gap} + L) / \lvert F\rvert$ for $W$ stacked columns of all commitments, *gap* "
        "the count for a line"
    ),
    "(2 L_i + gap_i) / |F|, gap_i the count for a line over the domain after the fold": (
        r"$(2 L_i + \mathsf{gap}_i) / \lvert F\rvert$, *gap* the count for a line over the domain after the "
        "fold"
    ),
    "(L_(i+1)^2 / 2) 2^(m_(i+1)) / |F|": r"$(L_{i+1}^2 / 2)\, 2^{m_{i+1}} / \lvert F\rvert$",
    "(1 - theta_i)^t for t positions with repetition; a position is exactly uniform": (
        r"$(1 - \theta_i)^{t_i}$ for $t_i$ positions with repetition; a position is exactly uniform"
    ),
    "L_(i+1) (t + 1) / |F|: claim, out-of-domain answer and t folded values, by powers": (
        r"$L_{i+1} (t_i + 1) / \lvert F\rvert$: claim, out-of-domain answer and $t_i$ folded values, by "
        "powers"
    ),
    "M ((2 m'^5 + 3 m' theta rho^-) n / (3 (rho^-)^(3/2)) + m' / sqrt(rho^-)) for a curve of degree M, "
    "m' = m + 1/2, m = ceil(sqrt(rho)/(2 eta))": (
        r"$M \Bigl(\frac{2 m'^5 + 3 m' \theta \rho^-}{3 (\rho^-)^{3/2}}\, n + "
        r"\frac{m'}{\sqrt{\rho^-}}\Bigr)$ for a curve of degree $M$ over $n$ points, $m' = m + 1/2$, $m = "
        r"\lceil \sqrt\rho / (2 \zeta) \rceil$, $\zeta$ the distance from Johnson's bound"
    ),
    "L = floor((a - rho)/(a^2 - rho)) at agreement a, below (m + 1/2)/sqrt(rho) for every m": (
        r"$L = \lfloor (a - \rho)/(a^2 - \rho) \rfloor$ at agreement $a$, below $(m + 1/2)/\sqrt\rho$ for "
        "every $m$"
    ),
}
"""By the text of a bound in the calculator's registry."""

_THETA_FORMS = tuple(
    formula
    for cut in range(1, BYTE_BITS)
    for formula in (rf"$\sum_{{i<{cut}}} 5^i o_i$", rf"$\sum_{{{cut}\le i<8}} 5^{{i - {cut}}} o_i$")
)

CLOSED_FORMS = {
    "with m_i = x_i prod_{j < i} (1 - x_j): value sum_i m_i sum_{j > i} 2^(16 - j) x_j, width sum_i m_i (16 - i)": (
        r"$\sum_i m_i \sum_{j > i} 2^{16 - j} x_j$",
        r"$\sum_i m_i (16 - i)$, with $m_i = x_i \prod_{j < i} (1 - x_j)$",
    ),
    "left sum_i 2^(7 - i) x_i, right sum_i 2^(7 - i) x_(8 + i), conjunction sum_i 2^(7 - i) x_i x_(8 + i)": (
        r"$\sum_{i<8} 2^{7 - i} x_i$",
        r"$\sum_{i<8} 2^{7 - i} x_{8 + i}$",
        r"$\sum_{i<8} 2^{7 - i} x_i x_{8 + i}$",
    ),
    "amount sum_i 2^(5 - i) x_i, limbs_1 (1 - x_0) x_1, limbs_2 x_0 (1 - x_1), limbs_3 x_0 x_1, half x_2, "
    "power (1 + 15 x_3) (1 + 3 x_4) (1 + x_5)": (
        r"$\sum_i 2^{5 - i} x_i$",
        r"$(1 - x_0) x_1$",
        r"$x_0 (1 - x_1)$",
        r"$x_0 x_1$",
        r"$x_2$",
        r"$(1 + 15 x_3)(1 + 3 x_4)(1 + x_5)$",
    ),
    "with v_i = x_(15 - i) and o_i = v_(2i): digits sum_i 2^i v_i, low_byte sum_(i < 8) 4^i v_i, "
    "high_byte sum_(i < 8) 4^i v_(8 + i), parity sum_i 4^i o_i, parity_low sum_(i < 7) 4^i o_i, parity_high o_7, "
    "theta_low_c sum_(i < c) 5^i o_i, theta_high_c sum_(i >= c) 5^(i - c) o_i": (
        r"$\sum_i 2^i v_i$, with $v_i = x_{15 - i}$",
        r"$\sum_{i<8} 4^i v_i$",
        r"$\sum_{i<8} 4^i v_{8 + i}$",
        r"$\sum_{i<8} 4^i o_i$, with $o_i = v_{2i}$",
        r"$\sum_{i<7} 4^i o_i$",
        r"$o_7$",
        *_THETA_FORMS,
        r"$\sum_{i<8} 5^i o_i$",
    ),
    "groups of 3, 3 and 2 digits in base 5, lowest first, numbered by 7, 7 and 5 bits, numbers beyond the last group "
    "repeat it: digits the number in base 5, result with digits 0, 1, 1, 0, 0 for 0 to 4 in base 4": (
        r"$\sum_{g<3} 5^{3g} \sum_{k < 2^{b_g}} e_g(k)\, n_g(k)$, with $b = (7, 7, 5)$, $d = (3, 3, 2)$, "
        r"$n_g(k) = \min(k, 5^{d_g} - 1)$ and $e_g(k)$ the product over the coordinates of group $g$, the first $b_0$, "
        r"the next $b_1$ and the last $b_2$: $x_j$ where $k$ has a one, highest bit first, else $1 - x_j$",
        r"$\sum_{g<3} 4^{3g} \sum_{k < 2^{b_g}} e_g(k)\, t(n_g(k))$, where $t(n)$ in base 4 has 0, 1, 1, 0, 0 for the "
        "digits 0 to 4 of $n$ in base 5",
    ),
    "value sum_i 2^(15 - i) x_i": (r"$\sum_i 2^{15 - i} x_i$",),
}
"""By the description of a machine's fixed table, whose digest covers it: a formula for each column, $x_0, x_1, ...$ the
coordinates of the point."""
