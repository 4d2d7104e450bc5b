import aws_cdk as cdk
from shop.alarms import ServiceAlarms
from shop.backoffice import Backoffice
from shop.basket import Basket
from shop.event_bus import EventBus
from shop.event_log import EventLog
from shop.hello import Hello
from shop.operations import Operations
from shop.ordering import Ordering
from shop.pricing import Pricing
from shop.product import Product
from shop.report import Report

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
Hello(app, "Hello")
Pricing(app, "Pricing")
bus = EventBus(app, "EventBus")
Product(app, "Product").add_stack_dependency(bus)
Basket(app, "Basket").add_stack_dependency(bus)
Ordering(app, "Ordering").add_stack_dependency(bus)
EventLog(app, "EventLog").add_stack_dependency(bus)
Report(app, "Report").add_stack_dependency(bus)
Backoffice(app, "Backoffice").add_stack_dependency(bus)
for stack in app.node.children:
    if stack.node.id not in ("Hello", "Pricing"):  # which are no part of the shop
        ServiceAlarms(stack, "Alarms")
Operations(app, "Operations")
if app.node.try_get_context("canary"):
    from shop.rollout import Rollout

    hello = app.node.find_child("Hello")
    Rollout(hello, "Rollout", hello.node.find_child("Function"))
if repository := app.node.try_get_context("repository"):
    from shop.pipeline import Pipeline

    Pipeline(app, "Pipeline", repository)
if app.node.try_get_context("nag"):
    from shop.nag import watch

    watch(app)
app.synth()
