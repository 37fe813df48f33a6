"""The ears: a signal path that reads sniff → headers and limits → decode → taps → results.

`engine.py` runs it in this process, `isolated.py` the same in child processes under limits.
"""
