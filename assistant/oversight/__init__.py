"""What lets people stay in charge: switches that stop parts of it, a queue of what they should look at, what they say
about its answers, and a page that tells how each risk is met."""
