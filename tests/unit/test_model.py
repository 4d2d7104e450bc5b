"""The model of chapter 13 gives what queueing theory gives where that has an answer, and finds the shop's ceilings."""

from __future__ import annotations

import math
import re
from collections import deque
from random import Random
from types import SimpleNamespace

import pytest
import simpy
from model import SETTINGS, model

pytestmark = pytest.mark.slow  # it is about one chapter, and some seconds

SERVED = 10_000
QUEUES = ("Ordering", "EventLog", "Report")


class Exponential(Random):
    """Makes every piece of work last an exponential time, in place of one that varies a little."""

    def lognormvariate(self, mu: float, sigma: float) -> float:
        return self.expovariate(1)


class Constant(Random):
    """Makes every piece of work last just as long."""

    def lognormvariate(self, mu: float, sigma: float) -> float:
        return 1.0


def mean_wait(random: Random, rate: float, servers: int) -> float:
    """How long a message waits on average before it is worked on for a second, in seconds.

    Args:
        random: what varies.
        rate: of messages that come, in each second.
        servers: how many loops poll.
    """
    names, env, line, ends = model(), simpy.Environment(), deque(), []
    account = SimpleNamespace(env=env, random=random, limit=servers, running=0)
    function = names["Function"](account, 0, 1, cold=0)
    done = lambda moments: ends.extend((came, env.now) for came in moments)
    for _ in range(servers):
        env.process(names["poll"](env, line, 1, 0.01, function, done))

    def arrivals():
        for _ in range(SERVED):
            yield env.timeout(random.expovariate(rate))
            line.append(env.now)

    env.process(arrivals())
    while len(ends) < SERVED:
        env.step()
    return sum(end - came for came, end in ends) / SERVED - 1


def erlang_c(load: float, servers: int) -> float:
    """The probability that a customer has to wait, in M/M/c."""
    terms = [load**k / math.factorial(k) for k in range(servers)]
    busy = load**servers / math.factorial(servers) / (1 - load / servers)
    return busy / (sum(terms) + busy)


@pytest.mark.parametrize("rate", [0.5, 0.7])
def test_one_server_with_exponential_work_is_m_m_1(rate):
    assert mean_wait(Exponential(1), rate, 1) == pytest.approx(rate / (1 - rate), rel=0.1)


@pytest.mark.parametrize("rate", [0.5, 0.7])
def test_one_server_with_constant_work_is_m_d_1(rate):
    assert mean_wait(Constant(1), rate, 1) == pytest.approx(rate / (2 * (1 - rate)), rel=0.1)


@pytest.mark.parametrize("servers", [2, 5])
def test_several_servers_with_constant_work_wait_about_half_of_m_m_c(servers):
    """M/D/c by the rule of Cosmetatos, which is within some per cent of the exact value."""
    load = 0.8 * servers
    markov = erlang_c(load, servers) / (servers - load)
    more = (1 - 0.8) * (servers - 1) * (math.sqrt(4 + 5 * servers) - 2) / (16 * 0.8 * servers)
    assert mean_wait(Constant(2), load, servers) == pytest.approx(markov * (1 + more) / 2, rel=0.1)


def test_a_bucket_gives_its_most_and_then_its_rate():
    env = SimpleNamespace(now=0.0)
    bucket = model()["Bucket"](env, 1000, 2000)
    taken = 0
    for tick in range(10_000):
        env.now = tick / 1000
        taken += sum(bucket.take() for _ in range(3))
    assert taken == pytest.approx(2000 + 1000 * 10, rel=0.001)


def test_a_function_starts_cold_and_then_warm():
    env = simpy.Environment()
    account = SimpleNamespace(env=env, random=Constant(), limit=10, running=0)
    function, ends = model()["Function"](account, 0.1, 0.0), []

    def caller():
        for _ in range(2):
            assert (yield from function.call())
            ends.append(round(env.now, 3))

    env.process(caller())
    env.run()
    assert ends == [1.0, 1.1]


def test_a_function_is_refused_beyond_what_the_account_may_run():
    env = simpy.Environment()
    account = SimpleNamespace(env=env, random=Constant(), limit=3, running=0)
    function, answers = model()["Function"](account, 1, 0), []

    def caller():
        answers.append((yield from function.call()))

    for _ in range(5):
        env.process(caller())
    env.run()
    assert sorted(answers) == [False, False, True, True, True]


def test_a_function_grows_by_a_thousand_and_then_by_a_hundred_a_second():
    env = simpy.Environment()
    account = SimpleNamespace(env=env, random=Constant(), limit=10_000, running=0)
    function, started = model()["Function"](account, 100, 0), []

    def caller(moment):
        yield env.timeout(moment)
        before = account.running
        env.process(one())
        started.append(before)

    def one():
        yield from function.call()

    for moment in (0, 1, 2):
        for _ in range(1500):
            env.process(caller(moment))
    env.run(until=3)
    assert account.running == 1200


def simulated(rate, seconds, after=0, **changes):
    names = model()
    return names["simulate"](SETTINGS | changes, lambda second: rate, seconds, after)


def test_twenty_a_second_nothing_binds():
    found = simulated(20, 60, after=30)
    assert found.orders == found.came == 1200 and found["refused by"] == "nobody"
    assert all(0.2 < found[f"{name}: p95, s"] < 1 for name in QUEUES)  # by the fact sheet: p95 0.64 s


def test_a_million_an_hour_two_loops_fall_behind_by_a_hundred_a_second_and_five_do_not():
    two = simulated(278, 60)
    assert two["refused by"] == "nobody"
    for name in ("EventLog", "Report"):
        ceiling = 2 * 10 / (0.112 * math.exp(0.3**2 / 2) + 0.02)
        assert two[f"{name} is behind"] / 60 == pytest.approx(278 - ceiling, abs=25)
        assert two[f"{name}: p95, s"] > 15  # who still waits counts, too
    assert two["Ordering is behind"] < 100
    five = simulated(278, 60, EventLog=5, Report=5)
    assert max(five[f"{name} is behind"] for name in QUEUES) < 100


def test_a_new_account_refuses_most():
    found = simulated(278, 30, concurrency=10)
    assert found.orders / found.came < 0.5
    assert found["refused by"].startswith("500: concurrency")


def test_a_crowd_meets_the_stages_throttle_first():
    names = model()
    found = names["simulate"](SETTINGS, lambda second: 3000 * min(second / 10, 1), 8)
    first, at = re.match(r"(429: stage's throttle) \((\d+) s\)", found["refused by"]).groups()
    assert first and int(at) == pytest.approx(4.5, abs=1.5)


def test_the_same_seed_gives_the_same_run():
    assert simulated(50, 10).equals(simulated(50, 10))


def test_a_run_stays_below_the_ceilings():
    """What comes through each part in a flood is what its ceiling says, less what pauses and chance take."""
    names = model()
    found = names["simulate"](SETTINGS | {"stage": 10_000, "write units": 3_000}, lambda second: 600, 30)
    said = names["ceilings"](SETTINGS)
    for name, worker in (("Ordering", "OrderingWorker"), ("EventLog", "EventLogFunction")):
        done = found.orders - found[f"{name} is behind"] - found["in the outbox"]
        assert 0.75 * said[worker] < done / 30 < 1.05 * said[worker]


def test_a_machine_with_twice_the_cores_answers_twice_as_much():
    here = model()["here"]
    slow, fast = (here(16, 200, 0.05, 0.4, cores) for cores in (0.5, 1.0))
    assert fast["calls a second"] == pytest.approx(2 * slow["calls a second"], rel=1e-6)
    busy = here(16, 400, 0.05, 0.4, 2)
    assert busy["last stored"] == pytest.approx(400 * 0.05 / 2, rel=0.1)  # all that is to be computed, by two cores
