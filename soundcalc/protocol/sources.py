"""The papers that only this protocol's bounds cite."""

from __future__ import annotations

from soundcalc.bounds import SOURCES

SOURCES.update(
    {
        "2025/2051": "Bordage, Chiesa, Guan, Manzur: All Polynomial Generators Preserve Distance with Mutual "
        "Correlated Agreement (CCC 2026)",
        "2025/2110": "Haböck: A note on mutual correlated agreement for Reed-Solomon codes",
    }
)
