from aws_cdk import CfnOutput, Stack, aws_iam as iam

ISSUER = "token.actions.githubusercontent.com"
LEARNER = ("deploying", "roles", "functions", "messages", "data", "watching")


def trusted(provider, subject):
    """Whoever has a token of GitHub's, made for AWS, with this subject."""
    return iam.FederatedPrincipal(
        provider,
        {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subject}},
        "sts:AssumeRoleWithWebIdentity",
    )


class Pipeline(Stack):
    """Roles for a repository: its main branch deploys, its pull requests look."""

    def __init__(self, scope, id, repository):
        super().__init__(scope, id)
        others = [it.stack_name for it in scope.node.children if it is not self]
        github = iam.CfnOIDCProvider(
            self, "GitHub", url=f"https://{ISSUER}", client_id_list=["sts.amazonaws.com"]
        ).attr_arn
        deploys = iam.Role(
            self, "Deploys",
            assumed_by=trusted(github, f"repo:{repository}:ref:refs/heads/main"),
            managed_policies=[
                iam.ManagedPolicy.from_managed_policy_name(
                    self, name, f"event-driven-workbook-{name}-{self.region}"
                )
                for name in LEARNER
            ],
        )
        looks = iam.Role(
            self, "Looks", assumed_by=trusted(github, f"repo:{repository}:pull_request")
        )
        looks.add_to_policy(
            iam.PolicyStatement(
                actions=["cloudformation:DescribeStacks", "cloudformation:GetTemplate"],
                resources=[
                    f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/*"
                    for name in others
                ],
            )
        )
        CfnOutput(self, "RoleThatDeploys", value=deploys.role_arn)
        CfnOutput(self, "RoleThatLooks", value=looks.role_arn)
