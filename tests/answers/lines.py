"""How an answer in the gaps of a cell is written down: the published lines with a change, such as another name."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.learning import gaps


@dataclass(frozen=True)
class Lines:
    """What stands in the gaps of a cell.

    Attributes:
        cell: the id of the published cell.
        name: a few words that tell it from the others.
        changes: what stands in the published lines, and what stands there instead.
        words: what the check must say of it; none if it is right.
    """

    cell: str
    name: str
    changes: tuple[tuple[str, str], ...]
    words: str = ""

    @property
    def body(self) -> str:
        """The cell's body with these lines in its gaps."""
        cell = gaps.cells_of(int(self.cell[:2]))[self.cell]
        texts = ["\n".join(gap.lines) for gap in cell.gaps]
        for old, new in self.changes:
            assert any(old in text for text in texts), f"{old!r} is not in a gap of {self.cell}"
            texts = [text.replace(old, new) for text in texts]
        return cell.filled(texts)

    def __str__(self) -> str:
        return f"{self.cell} {self.name}"


def wrong(cell: str, name: str, words: str, *changes: tuple[str, str]) -> Lines:
    """Lines that are wrong, and what must be said to them."""
    return Lines(cell, name, changes, words)


def right(cell: str, name: str, *changes: tuple[str, str]) -> Lines:
    """Lines that are right, in another form than the published ones."""
    return Lines(cell, name, changes)
