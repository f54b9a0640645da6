"""How soon a generated answer is spoken, and what a model that fails costs everybody else."""
