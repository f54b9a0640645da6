"""The names that an assistant knows, and how it learns new ones while it runs.

`follow.Follower` watches the owner's files and what is done by voice; `latest.Latest` has the recogniser's language
model and Rasa's model made again in the background, newest wish first.
"""
