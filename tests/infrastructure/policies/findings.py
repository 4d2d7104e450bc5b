"""What parliament finds in policies, as a program for an environment of its own: policies in, findings out, as JSON."""

import json
import sys

from parliament import analyze_policy_string

policies = json.load(sys.stdin)
found = {
    name: [[finding.issue, finding.detail] for finding in analyze_policy_string(json.dumps(policy)).findings]
    for name, policy in policies.items()
}
json.dump(found, sys.stdout, default=str)
