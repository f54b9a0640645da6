"""What is kept of people: where, for how long, and how all that is one person's is given out or gone."""
