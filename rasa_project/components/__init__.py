"""Parts of Rasa's pipeline that are this project's own."""
