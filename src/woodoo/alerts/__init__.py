"""Tells people what needs them: by e-mail and whatever else Apprise reaches.

| module          | what it decides                                                              |
|-----------------|------------------------------------------------------------------------------|
| `kinds.py`      | which kinds of alerts there are, and which kind a held-up record belongs to  |
| `conditions.py` | what of the facts deserves an alert (pure)                                   |
| `facts.py`      | where the facts are read                                                     |
| `book.py`       | when an alert opens, grows and is over                                       |
| `timing.py`     | what is said at once, in the digest, after quiet hours, or never (pure)      |
| `words.py`      | how a message reads, and what it leaves out (pure)                           |
| `outbox.py`     | that what is to be said is written down before it is sent                    |
| `post.py`       | when a delivery is tried again, and when it is given up                      |
| `channels.py`   | how an address is checked, shown and sent to                                 |
| `trial.py`      | what a test of the channels sends                                            |
| `standing.py`   | whether messages get through to a channel                                    |
| `rounds.py`     | that one process at a time looks and sends                                   |
"""
