import pulumi


class Index(pulumi.CustomResource):
    """An index of the native provider. `pulumi package add` writes a typed class instead."""

    definition: pulumi.Output[str]

    def __init__(self, resource_name, opts=None, **args):
        inputs = {"definition": None, **args}
        super().__init__("pgindex:index:Index", resource_name, inputs, opts)


by_conversation = Index(
    "by-conversation",
    table="messages",
    name="messages_conversation_created_idx",
    columns=["conversation_id", {"column": "created_at", "order": "desc"}],
)

pulumi.export("definition", by_conversation.definition)
