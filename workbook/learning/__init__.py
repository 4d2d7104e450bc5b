"""What teaches: the chapters, the learner's place and files, and the exercises."""
