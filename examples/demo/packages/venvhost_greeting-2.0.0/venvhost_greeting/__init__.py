"""The example package of the demo, after an incompatible change: greet() wants keywords now."""


def greet(*, name, mark='!'):
    return 'Good day, %s%s' % (name, mark)
