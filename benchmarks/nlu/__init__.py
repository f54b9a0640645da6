"""How well the Rasa project understands: `script/bench nlu`. See docs/understanding.md."""
