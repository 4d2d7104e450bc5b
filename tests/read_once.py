"""Imported, it lets boto3 read the descriptions of services once in a process, and not once in each session.

Tests make many sessions; to read for each was a third of the time of the quick ones.
"""

import functools

import botocore.session

botocore.session.create_loader = functools.cache(botocore.session.create_loader)
