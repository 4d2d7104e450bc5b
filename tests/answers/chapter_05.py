"""Answers to the exercises of chapter 05."""

from __future__ import annotations

from answers import Answer, changed

NAMED = '{"itemIdentifier": record["messageId"]}'
RECEIVE = 'sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages")'
DELETE = '            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])\n'
WRONG = [
    Answer("05-1", "the first error ends it", """
def answer_for(event, process):
    for record in event["Records"]:
        process(record)
    return {"batchItemFailures": []}
""", "one bad record ends it all"),
    changed("05-1", "stops at the first", "after a bad record the others", (f"failed.append({NAMED})", (
        f"failed.append({NAMED})\n            break"
    ))),
    changed("05-1", "ValueErrors only", "except Exception catches", ("except Exception", "except ValueError")),
    changed("05-1", "KeyErrors only", "one bad record ends it all", ("except Exception", "except KeyError")),
    changed("05-1", "ids only", "not just an id", (NAMED, 'record["messageId"]')),
    changed("05-1", "receipt handles", "by the record's messageId", ('record["messageId"]', 'record["receiptHandle"]')),
    changed("05-1", "bodies", "by the record's messageId", ('record["messageId"]', 'record["body"]')),
    changed("05-1", "another key", "not just an id", ("itemIdentifier", "messageId")),
    changed("05-1", "the list alone", "takes all for done", ('{"batchItemFailures": failed}', "failed")),
    changed("05-1", "batchItemFailure", "takes all for done", ("batchItemFailures", "batchItemFailure")),
    changed("05-1", "nothing if all went well", "the list is empty if all went well",
            ("return {", "return failed and {")),
    changed("05-1", "None if all went well", "the list is empty if all went well",
            ("return {", "if failed:\n        return {")),
    changed("05-1", "those that succeeded", "the ones that succeeded",
            (f"            failed.append({NAMED})", "            continue"),
            ("            process(record)", f"            process(record)\n            failed.append({NAMED})")),
    changed("05-1", "all of them", "the ones that succeeded",
            (f"            failed.append({NAMED})", "            pass"),
            ("    return", f"    failed = [{NAMED} for record in event['Records']]\n    return")),
    changed("05-1", "none of them", "some are missing", (f"failed.append({NAMED})", "pass")),
    changed("05-1", "the last one only", "some are missing", (f"failed.append({NAMED})", f"failed = [{NAMED}]")),
    changed("05-1", "twice", "by the record's messageId, once",
            (f"failed.append({NAMED})", f"failed += [{NAMED}] * 2")),
    changed("05-1", "tried again", "tried, once",
            ("        except", "            process(record)\n        except")),
    changed("05-1", "process gets the body", "an error of its own",
            ("process(record)", 'process(record["body"]["x"])'), ("except Exception", "except ZeroDivisionError")),
    changed("05-1", "the answer is not returned", "takes all for done", ("return {", "answer = {")),
    changed("05-2", "deleted before the work", "although its work was not done",
            (DELETE, ""), ("            try:\n", DELETE + "            try:\n")),
    changed("05-2", "deleted whatever comes", "although its work was not done",
            ("                continue  # not deleted, so it comes back\n", "                pass\n")),
    changed("05-2", "deleted in the end", "although its work was not done",
            ("                continue  # not deleted, so it comes back\n" + DELETE,
             "                continue\n            finally:\n    " + DELETE)),
    changed("05-2", "never deleted", "what is done must be deleted", (DELETE, "")),
    changed("05-2", "the last batch", "what is done must be deleted",
            (DELETE, DELETE.replace("            sqs", "            if len(messages) < 10:\n                sqs"))),
    changed("05-2", "only once", "stops too early", ("while messages :=", "if messages :=")),
    changed("05-2", "three times", "stops too early", (f"while messages := {RECEIVE}:", f"""\
for _ in range(3):
        messages = {RECEIVE} or []""")),
    changed("05-2", "until fewer than ten come", "stops too early", (f"while messages := {RECEIVE}:", f"""\
messages = [None] * 10
    while len(messages) == 10:
        messages = {RECEIVE} or []""")),
    changed("05-2", "a count that lags", "stops too early", (f"while messages := {RECEIVE}:", f"""\
for _ in range(25 // 10 + 1):
        messages = {RECEIVE} or []""")),
    changed("05-2", "ValueErrors only", "catch what work raises", ("except Exception", "except ValueError")),
    changed("05-2", "not caught", "catch what work raises", ("except Exception", "except ZeroDivisionError")),
    changed("05-2", "the first error ends it", "stops too early", ("continue  #", "return  #")),
    changed("05-2", "the rest of the batch is left", "stops too early", ("continue  #", "break  #")),
    changed("05-2", "visible again at once", "again and again", ("continue  #", """\
sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
                continue  #""")),
    changed("05-2", "the whole message", "is text", ('work(message["Body"])', "work(str(message))")),
    changed("05-2", "worked on twice", "once for each message",
            ('work(message["Body"])', 'work(message["Body"]); work(message["Body"])')),
    changed("05-2", "tried once more at once", "once for each message", ("continue  #", """\
try:
                    work(message["Body"])
                except Exception:
                    pass
                continue  #""")),
    changed("05-2", "no Messages", "an error of its own", ('.get("Messages")', '["Messages"]')),
    changed("05-2", "purged", "although its work was not done",
            (DELETE, DELETE + "    sqs.purge_queue(QueueUrl=url)\n")),
]  # fmt: skip
RIGHT = [
    Answer("05-1", "a helper", """
def fails(record, process):
    try:
        process(record)
        return False
    except Exception as error:
        print(error)
        return True


def answer_for(event, process):
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["messageId"]} for record in event["Records"] if fails(record, process)
        ]
    }
"""),
    Answer("05-1", "what is left over", """
def answer_for(event, process):
    left = {record["messageId"]: record for record in event["Records"]}
    for message_id in list(left):
        try:
            process(left[message_id])
        except BaseException:
            continue
        del left[message_id]
    return dict(batchItemFailures=[dict(itemIdentifier=message_id) for message_id in reversed(left)])
"""),
    Answer("05-1", "try, except, else", """
def answer_for(event, process):
    answer = {"batchItemFailures": []}
    for record in event["Records"]:
        done = False
        try:
            process(record)
            done = True
        except Exception:
            pass
        finally:
            if not done:
                answer["batchItemFailures"].append({"itemIdentifier": record["messageId"]})
    return answer
"""),
    Answer("05-2", "one by one", """
def drain(url, work):
    while True:
        answer = sqs.receive_message(QueueUrl=url)
        if "Messages" not in answer:
            break
        [message] = answer["Messages"]
        try:
            work(message["Body"])
        except Exception as error:
            print("left in the queue:", error)
        else:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
"""),
    Answer("05-2", "deleted in batches", """
def drain(url, work):
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    while messages:
        done = []
        for message in messages:
            try:
                work(message["Body"])
                done.append(message)
            except Exception:
                pass
        if done:
            entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(done)]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
"""),
    Answer("05-2", "boto3's resource, and recursion", """
def drain(url, work):
    queue = boto3.resource("sqs").Queue(url)
    received = queue.receive_messages(MaxNumberOfMessages=10)
    for message in received:
        try:
            work(message.body)
        except Exception:
            continue
        message.delete()
    return drain(url, work) if received else "drained"
"""),
]  # fmt: skip
