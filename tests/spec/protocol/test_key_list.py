"""The list of keys: every path leads to the root, and its length is bounded."""

from __future__ import annotations

import pytest

from spec.protocol.hash import Digest
from spec.protocol.key_list import KEY_LIST_LOG2, key_list, root_over
from spec.protocol.numbers import NumberAlgebra

MOST = 1 << KEY_LIST_LOG2


def _ids(count: int) -> list[Digest]:
    return [(number,) * 8 for number in range(count)]


@pytest.mark.parametrize("count", [1, 2, MOST])
def test_path_of_every_key_leads_to_the_root(count: int) -> None:
    ids = _ids(count)
    root, paths = key_list(ids)
    for key, path in zip(ids, paths, strict=True):
        bits = [path.position >> level & 1 for level in range(KEY_LIST_LOG2)]
        assert tuple(root_over(NumberAlgebra(), key, bits, path.siblings)) == root


@pytest.mark.parametrize("count", [0, MOST + 1])
def test_list_of_no_keys_or_too_many_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} keys: a list has 1 to {MOST}"):
        key_list(_ids(count))
