"""The classifier's second home: a component of Rasa 3.6, run by Python 3.10 in an environment of its own."""
