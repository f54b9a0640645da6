"""How well what may not be said is held back, orders in disguise are noticed, and people in danger are heard."""
