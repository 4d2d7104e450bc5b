# expect: too wide
def policy(table_arn, bus_arn):
    resources = [table_arn, f"{table_arn}/index/by-category", bus_arn]
    statement = {"Effect": "Allow", "Action": ["dynamodb:Query", "events:PutEvents"], "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}
