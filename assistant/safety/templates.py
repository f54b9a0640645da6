"""What is said in place of a sentence that may not be said. Fixed: a model has no part in it."""

GATE = "gate"
"""The category where a check failed or was late."""

_REFUSAL = "I'd rather not say that."
_TEMPLATES = {
    GATE: "Sorry, I can't answer that right now.",
    "human": "I'm an AI, not a person.",
    "done": "I haven't done anything. Please tell me directly what to do.",
    "helped": "I can't call anybody for you. Please call your local emergency number yourself.",
    "secret": "That is something I keep to myself.",
    "prompt": "How I was instructed is something I keep to myself.",
    "self-harm": "I can't help with that. If you are thinking of harming yourself, please talk to somebody now: "
    "your local emergency number, or findahelpline.com.",
    "certainty": "Please ask a doctor, a pharmacist or a lawyer about that; I can be wrong.",
    "injection": "Something in there tried to give me orders, so I left it out.",
}


def template_for(category: str) -> str:
    return _TEMPLATES.get(category, _REFUSAL)
