"""Chapter 09's last exercise: a shop with five mistakes, the letters of its customers, and the check."""
