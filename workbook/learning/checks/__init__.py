"""The checks of each chapter, in a module of its own; `workbook.learning.exercises` runs them."""
