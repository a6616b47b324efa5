"""The example package of the demo, as it was at first."""


def greet(name):
    return 'Hello, %s.' % name
