"""Chapter 08's last exercise: a shop with five mistakes, the letters of its customers, and the check."""
