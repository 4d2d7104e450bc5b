import aws_cdk as cdk
from shop.hello import Hello
from shop.pricing import Pricing
from shop.product import Product

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
Hello(app, "Hello")
Pricing(app, "Pricing")
Product(app, "Product")
app.synth()
