"""The weather over what changes things: rights, rules, mappings, functions, APIs, names."""

from __future__ import annotations

import json
import os
import re
import time
from typing import Any
from urllib.parse import quote, unquote

from calls import Call
from mitmproxy import http
from rule import Holding, Pending, Rule

Told = dict[Any, Any]


class Rights(Holding):
    """A change of rights takes effect seconds later, up to a minute; it is shown at once."""

    name = "rights"
    CHANGES = ("PutRolePolicy", "DeleteRolePolicy")
    OTHERS = ("AttachRolePolicy", "DetachRolePolicy", "UpdateAssumeRolePolicy")

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._told: dict[str, dict[str, str | None]] = {}

    async def before(self, call: Call) -> http.Response | None:
        if call.service != "iam":
            return None
        role, policy = call.parameters.get("RoleName"), call.parameters.get("PolicyName")
        if call.operation in (*self.CHANGES, *self.OTHERS):
            if not self.is_held(role):
                self._told[role] = {}
            if call.operation in self.CHANGES:
                self._told[role][policy] = call.parameters.get("PolicyDocument")
            self.hold(call, role, min(60 / self.factor, self.random.lognormvariate(1.386, 0.8) / self.factor))
            return call.done()
        if call.operation == "GetRolePolicy" and self.is_held(role) and policy in self._told[role]:
            return self._policy(call, role, policy, self._told[role][policy])
        return None

    async def after(self, call: Call) -> None:
        role = call.parameters.get("RoleName")
        if call.operation != "ListRolePolicies" or not call.worked or not self.is_held(role):
            return
        names = set(re.findall("<member>([^<]+)</member>", call.flow.response.text))
        for name, document in self._told[role].items():
            names = names - {name} if document is None else names | {name}
        members = "".join(f"<member>{name}</member>" for name in sorted(names))
        call.flow.response.text = re.sub(
            r"<PolicyNames\s*/>|<PolicyNames>.*</PolicyNames>", f"<PolicyNames>{members}</PolicyNames>",
            call.flow.response.text, flags=re.DOTALL,
        )  # fmt: skip

    @staticmethod
    def _policy(call: Call, role: str, policy: str, document: str | None) -> http.Response:
        if document is None:
            return call.refusal("NoSuchEntity", f"The role policy with name {policy} cannot be found.", 404)
        fields = f"<RoleName>{role}</RoleName><PolicyName>{policy}</PolicyName>"
        fields += f"<PolicyDocument>{quote(document)}</PolicyDocument>"
        result = f"<GetRolePolicyResult>{fields}</GetRolePolicyResult>"
        space = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"'
        text = f"<GetRolePolicyResponse {space}>{result}</GetRolePolicyResponse>"
        return http.Response.make(200, text, {"Content-Type": "text/xml"})


class Rules(Holding):
    """A rule or target that was made, changed or removed is so for events some seconds later; it is shown at once."""

    name = "rules"
    CHANGES = ("PutRule", "DeleteRule", "EnableRule", "DisableRule", "PutTargets", "RemoveTargets")

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._rules: dict[tuple[str, str], Told | None] = {}
        self._targets: dict[tuple[str, str], dict[str, Told]] = {}

    async def before(self, call: Call) -> http.Response | None:
        if call.service != "events":
            return None
        given = call.parameters
        if call.operation == "DeleteEventBus":
            await self.overtake(what for what in self._rules if what[0] == given["Name"])
            return None
        what = (given.get("EventBusName", "default"), given.get("Rule") or given.get("Name"))
        if call.operation in self.CHANGES:
            if not self.is_held(what):
                await self._learn(call, what)
            if call.operation != "PutRule" and self._rules[what] is None:
                return None  # the cloud says that there is no such rule
            if call.operation == "PutRule" and not given.get("EventPattern") and not given.get("ScheduleExpression"):
                return None  # a mistake, and the cloud says it
            answer = self._tell(call.operation, what, given)
            self.hold(call, what, self.seconds(1, 10))
            return call.done(answer)
        if not self.is_held(what):
            return None
        if call.operation == "DescribeRule":
            rule = self._rules[what]
            return call.done(rule) if rule else call.refusal(
                "ResourceNotFoundException", f"Rule {what[1]} does not exist on EventBus {what[0]}."
            )  # fmt: skip
        if call.operation == "ListTargetsByRule":
            return call.done({"Targets": list(self._targets[what].values())})
        return None

    async def _learn(self, call: Call, what: tuple[str, str]) -> None:
        bus, rule = what
        found = await call.ask("DescribeRule", Name=rule, EventBusName=bus)
        self._rules[what] = found if "Arn" in found else None
        listed = await call.ask("ListTargetsByRule", Rule=rule, EventBusName=bus)
        self._targets[what] = {target["Id"]: target for target in listed.get("Targets", [])}

    def _tell(self, operation: str, what: tuple[str, str], given: Told) -> Told:
        """Note what is told from now on; the answer of the call."""
        rule = self._rules[what]
        if operation == "PutRule":
            bus, name = what
            old = rule or {"State": "ENABLED", "EventBusName": bus}
            own = {key: given[key] for key in given if key not in ("Tags",)}
            arn = old.get("Arn") or _arn_of_rule(bus, name)
            self._rules[what] = old | own | {"Arn": arn}
            return {"RuleArn": arn}
        if operation == "DeleteRule":
            self._rules[what] = None
        elif operation in ("EnableRule", "DisableRule"):
            self._rules[what] = rule | {"State": operation.removesuffix("Rule").upper() + "D"}
        elif operation == "PutTargets":
            self._targets[what] |= {target["Id"]: target for target in given["Targets"]}
        elif operation == "RemoveTargets":
            self._targets[what] = {k: v for k, v in self._targets[what].items() if k not in given["Ids"]}
        return {"FailedEntryCount": 0, "FailedEntries": []} if operation.endswith("Targets") else {}

    async def after(self, call: Call) -> None:
        if call.operation != "ListRules" or not call.worked:
            return
        bus = call.parameters.get("EventBusName", "default")
        prefix, answer = call.parameters.get("NamePrefix", ""), call.answer
        rules = {rule["Name"]: rule for rule in answer["Rules"]}
        for (of, name), told in self._rules.items():
            if of == bus and name.startswith(prefix) and self.is_held((of, name)):
                rules.pop(name, None)
                rules |= {name: told} if told else {}
        call.answer = answer | {"Rules": [rules[name] for name in sorted(rules)]}


def _arn_of_rule(bus: str, name: str) -> str:
    region, account = os.environ["REHEARSAL_REGION"], os.environ["REHEARSAL_ACCOUNT"]
    path = name if bus == "default" else f"{bus.rpartition('/')[2]}/{name}"
    return f"arn:aws:events:{region}:{account}:rule/{path}"


class Mappings(Holding):
    """An event source mapping takes up to a minute to change; until then it works as before, and says what it does."""

    name = "mappings"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._states: dict[str, str] = {}

    async def before(self, call: Call) -> http.Response | None:
        if call.operation != "UpdateEventSourceMapping":
            return None
        uuid = call.parameters["UUID"]
        if self.is_held(uuid):
            self.say(f"a second change of {uuid} is refused")
            return call.refusal(
                "ResourceInUseException", f"Cannot update the event source mapping {uuid} because it is in use."
            )
        status, found = await call.send("GET", f"/2015-03-31/event-source-mappings/{uuid}", b"", {})
        if status >= 400:
            return None
        enabled = call.parameters.get("Enabled")
        self._states[uuid] = "Updating" if enabled is None else "Enabling" if enabled else "Disabling"
        self.hold(call, uuid, self.seconds(10, 60))
        return call.done(json.loads(found) | {"State": self._states[uuid]}, 202)

    async def after(self, call: Call) -> None:
        if call.operation not in ("GetEventSourceMapping", "ListEventSourceMappings") or not call.worked:
            return
        answer = call.answer
        for mapping in [answer, *answer.get("EventSourceMappings", [])]:
            if self.is_held(mapping.get("UUID")):
                mapping["State"] = self._states[mapping["UUID"]]
        call.answer = answer


class Functions(Rule):
    """A function that was changed cannot be changed again for some seconds."""

    name = "functions"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._updating = Pending()

    async def before(self, call: Call) -> http.Response | None:
        if call.operation in ("UpdateFunctionCode", "UpdateFunctionConfiguration"):
            function = _function(call)
            if function in self._updating:
                self.say(f"a second change of {function} is refused")
                said = f"The operation cannot be performed: an update is in progress for resource: {function}"
                return call.refusal("ResourceConflictException", said, 409)
        return None

    async def after(self, call: Call) -> None:
        if call.service != "lambda" or not call.worked:
            return
        if call.operation in ("UpdateFunctionCode", "UpdateFunctionConfiguration"):
            self._updating.start(_function(call), self.seconds(1, 10))
            call.answer = call.answer | {"LastUpdateStatus": "InProgress"}
        elif call.operation == "GetFunctionConfiguration" and _function(call) in self._updating:
            call.answer = call.answer | {"LastUpdateStatus": "InProgress"}
        elif call.operation == "GetFunction" and _function(call) in self._updating:
            answer = call.answer
            answer["Configuration"]["LastUpdateStatus"] = "InProgress"
            call.answer = answer


def _function(call: Call) -> str:
    return unquote(call.parameters["FunctionName"]).rpartition(":")[2]


class NewAccount(Rule):
    """A new account runs ten functions at once, so none of them can be given a share of its own."""

    name = "new account"
    LIMIT = 10

    async def before(self, call: Call) -> http.Response | None:
        if call.operation == "PutFunctionConcurrency" and call.parameters["ReservedConcurrentExecutions"] > 0:
            self.say(f"no concurrency can be reserved for {_function(call)}")
            return call.refusal(
                "InvalidParameterValueException",
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                "below its minimum value of [10].",
            )
        return None

    async def after(self, call: Call) -> None:
        if call.operation == "GetAccountSettings" and call.worked:
            limits = {"ConcurrentExecutions": self.LIMIT, "UnreservedConcurrentExecutions": self.LIMIT}
            call.answer = call.answer | {"AccountLimit": call.answer["AccountLimit"] | limits}


class Throttling(Rule):
    """Any call that changes or describes something may be refused because there were too many."""

    name = "throttling"
    SERVICES = ("iam", "events", "lambda", "apigateway", "cloudformation", "cloudwatch", "logs", "scheduler")
    DATA = ("PutEvents", "Invoke", "FilterLogEvents", "GetLogEvents")

    async def before(self, call: Call) -> http.Response | None:
        if call.service not in self.SERVICES or call.operation in self.DATA or not self.happens(0.02):
            return None
        self.say(f"{call.service} {call.operation} is refused")
        if call.service in ("lambda", "apigateway"):
            return call.refusal("TooManyRequestsException", "Rate exceeded", 429)
        if call.service in ("iam", "cloudformation"):
            return call.refusal("Throttling", "Rate exceeded")
        return call.refusal("ThrottlingException", "Rate exceeded")


class NewApis(Rule):
    """A new API answers here and there as if it did not know its routes, for up to half a minute."""

    name = "new APIs"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._deployed, self._known, self._young = 0.0, {}, Pending()

    async def before(self, call: Call) -> http.Response | None:
        if call.service == "cloudformation" and call.operation in ("ExecuteChangeSet", "DescribeStacks"):
            self._deployed = time.monotonic() if call.operation == "ExecuteChangeSet" else self._deployed
        if call.service != "execute-api":
            return None
        api = call.host.partition(".")[0]
        if api not in self._known:
            self._known[api] = time.monotonic()
            if time.monotonic() < self._deployed + 60:
                self._young.start(api, self.seconds(1, 30))
        if api in self._young and self.happens(0.5):
            self.say(f"{call.operation} is not known yet")
            headers = {"x-amzn-ErrorType": "MissingAuthenticationTokenException", "Content-Type": "application/json"}
            return http.Response.make(403, '{"message":"Missing Authentication Token"}', headers)
        return None


class DeletedBuckets(Rule):
    """The name of a deleted bucket cannot be used for some minutes."""

    name = "deleted buckets"

    def __init__(self, *settings) -> None:
        super().__init__(*settings)
        self._gone = Pending()

    async def before(self, call: Call) -> http.Response | None:
        if call.service == "s3" and call.operation == "PUT /" and _bucket(call) in self._gone:
            self.say(f"{_bucket(call)} cannot be made yet")
            said = "A conflicting conditional operation is currently in progress against this resource."
            return call.refusal("OperationAborted", said, 409)
        return None

    async def after(self, call: Call) -> None:
        if call.service == "s3" and call.operation == "DELETE /" and call.worked:
            self._gone.start(_bucket(call), self.seconds(60, 300))


def _bucket(call: Call) -> str:
    return call.host.rpartition(".s3.")[0]


RULES = (Throttling, Rights, Rules, Mappings, Functions, NewAccount, NewApis, DeletedBuckets)
