"""Where the local cloud is not like AWS, as far as chapter 13 touches it: each row as AWS documents it."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError
from differences import differs
from learner import Learner


@differs("there is no list of quotas")
def test_the_quotas_of_an_account_can_be_asked(shop: Learner) -> None:
    """What AWS grants an account can be asked of Service Quotas.

    https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html
    """
    asked = {"ServiceCode": "lambda", "QuotaCode": "L-B99A9384"}  # concurrent executions
    try:
        granted = shop.client("service-quotas").get_service_quota(**asked)["Quota"]["Value"]
    except (BotoCoreError, ClientError) as error:
        raise AssertionError(error) from None
    assert granted >= 10


@differs("it says 0")
def test_a_new_table_says_how_warm_it_is(shop: Learner) -> None:
    """A new table on demand says that it can take 4,000 write units and 12,000 read units a second at once.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
    """
    table = shop.client("dynamodb").describe_table(TableName=shop.outputs["BasketTable"])["Table"]
    warm = table["WarmThroughput"]
    assert (warm["WriteUnitsPerSecond"], warm["ReadUnitsPerSecond"]) == (4000, 12000)
