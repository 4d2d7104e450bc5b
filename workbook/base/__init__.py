"""What every other room stands on: errors, paths, processes, what is shown, and waiting."""
