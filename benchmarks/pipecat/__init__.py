"""The same speech through Pipecat and through the assistant, heard from outside on the same virtual sound card."""
