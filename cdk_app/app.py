import aws_cdk as cdk
from shop.hello import Hello

app = cdk.App(default_stack_synthesizer=cdk.CliCredentialsStackSynthesizer())
Hello(app, "Hello")
app.synth()
