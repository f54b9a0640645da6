"""How well questions are answered from documents, and how well those are declined that no document answers."""
