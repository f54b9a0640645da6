"""What is so at the moment: days, sums, units, money and the weather."""
