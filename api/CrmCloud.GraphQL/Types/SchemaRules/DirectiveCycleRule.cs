namespace CrmCloud.GraphQL.Types;

/// <summary>
/// What a directive is made of must not use the directive: on itself, its arguments, or the types of those.
/// </summary>
/// <remarks>
/// Specification, "Type Validation" of directives. graphql-js has no such rule, so the message is our own.
/// </remarks>
internal static class DirectiveCycleRule
{
    public static void Check(SchemaErrors errors, Directive directive)
    {
        var seen = new HashSet<object>();
        var pending = new Stack<object>([directive]);
        while (pending.TryPop(out var element))
        {
            foreach (var used in Applied(element).Select(applied => errors.Schema.Directives.Find(applied.Name)))
            {
                if (ReferenceEquals(used, directive))
                {
                    errors.Report(
                        $"Directive @{directive.Name} cannot reference itself, directly or through its arguments.",
                        directive.Syntax);
                    return;
                }

                Push(used);
            }

            foreach (var part in Parts(element))
            {
                Push(part);
            }
        }

        void Push(object? element)
        {
            if (element is not null && seen.Add(element))
            {
                pending.Push(element);
            }
        }
    }

    private static IReadOnlyList<AppliedDirective> Applied(object element) => element switch
    {
        SchemaMember member => member.AppliedDirectives,
        NamedType type => type.AppliedDirectives,
        _ => [],
    };

    private static IEnumerable<object> Parts(object element) => element switch
    {
        Directive directive => directive.Arguments,
        InputValue value => [value.Type.Named],
        InputObjectType input => input.Fields,
        EnumType values => values.Values,
        _ => [],
    };
}
