namespace CrmCloud.GraphQL.Types;

/// <summary>Finds every type of a schema. The order is that of graphql-js, so that introspection reads alike.</summary>
internal sealed class TypeCollector
{
    private readonly List<NamedType> _order = [];
    private readonly HashSet<NamedType> _seen = [];

    public static IReadOnlyList<NamedType> Collect(SchemaParts parts, IEnumerable<Directive> directives)
    {
        var collector = new TypeCollector();

        // A listed type stands at its own place, not where another type happens to name it.
        collector._seen.UnionWith(parts.Types);
        foreach (var type in parts.Types.Distinct())
        {
            collector._seen.Remove(type);
            collector.Add(type);
        }

        collector.AddAll([parts.Query, parts.Mutation, parts.Subscription]);
        collector.AddAll(directives.SelectMany(directive => directive.Arguments).Select(argument => argument.Type));
        collector.Add(Introspection.SchemaType);
        return collector._order;
    }

    private void AddAll(IEnumerable<GraphQLType?> types)
    {
        foreach (var type in types)
        {
            Add(type);
        }
    }

    private void Add(GraphQLType? type)
    {
        // Iterative: a schema may chain more types than the stack has room for.
        var pending = new Stack<NamedType>();
        Push(type, pending);
        while (pending.TryPop(out var named))
        {
            if (!_seen.Add(named))
            {
                continue;
            }

            _order.Add(named);
            foreach (var referenced in References(named).Reverse())
            {
                Push(referenced, pending);
            }
        }
    }

    private static void Push(GraphQLType? type, Stack<NamedType> pending)
    {
        if (type is not null)
        {
            pending.Push(type.Named);
        }
    }

    private static IEnumerable<GraphQLType> References(NamedType type) => type switch
    {
        UnionType union => union.Members,
        FieldsType fields => fields.Interfaces.Concat<GraphQLType>(
            fields.Fields.SelectMany(field => field.Arguments.Select(argument => argument.Type).Prepend(field.Type))),
        InputObjectType input => input.Fields.Select(field => field.Type),
        _ => [],
    };
}
