def policy(table_arn, bus_arn):
    query = {
        "Effect": "Allow", "Action": "dynamodb:Query",
        "Resource": f"{table_arn}/index/by-category",
    }
    publish = {
        "Effect": "Allow", "Action": "events:PutEvents", "Resource": bus_arn,
        "Condition": {"ForAllValues:StringEquals": {"events:source": "shop.price-list"}},
    }
    return {"Version": "2012-10-17", "Statement": [query, publish]}
