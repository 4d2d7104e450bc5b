import aws_cdk as cdk
from shop.basket import Basket
from shop.event_bus import EventBus
from shop.event_log import EventLog
from shop.hello import Hello
from shop.ordering import Ordering
from shop.pricing import Pricing
from shop.product import Product

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
Hello(app, "Hello")
Pricing(app, "Pricing")
bus = EventBus(app, "EventBus")
Product(app, "Product")
Basket(app, "Basket").add_stack_dependency(bus)
Ordering(app, "Ordering").add_stack_dependency(bus)
EventLog(app, "EventLog").add_stack_dependency(bus)
app.synth()
