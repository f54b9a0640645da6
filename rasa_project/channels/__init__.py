"""Where Rasa's turns come from."""
