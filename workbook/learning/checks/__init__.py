"""The checks of each chapter and of its questions, which `workbook.learning.exercises` runs; behind them, `judging`."""
