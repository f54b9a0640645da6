"""Trains a language model of a few hundred kilobytes that answers some sentences, for tests with the real llama.cpp."""
