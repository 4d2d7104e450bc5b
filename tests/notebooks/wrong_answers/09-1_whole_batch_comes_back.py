# expect: so all five come back, the good ones too
%run solutions/09-1.py
worker = Path("../lambda_src/ordering/worker.py")
answer = """process_partial_response(
        event=event, record_handler=process, processor=processor, context=context
    )"""
one_by_one = "[process(record) for record in SQSEvent(event).records]"
text = worker.read_text().replace(f"return {answer}", one_by_one)
event = "from aws_lambda_powertools.utilities.data_classes import SQSEvent\n"
worker.write_text(text.replace("import orders\n", f"import orders\n{event}"))
