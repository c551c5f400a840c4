using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>The code of a directive: from the context, whose parent is the value, to the new value.</summary>
internal sealed class FieldChange
{
    public required Type Takes { get; init; }

    public required bool TakesNull { get; init; }

    /// <summary>Null when it waits.</summary>
    public required Func<FieldContext, object?>? Pure { get; init; }

    public required Func<FieldContext, ValueTask<object?>> Any { get; init; }
}

/// <summary>A directive with code, where it stands on a selected field. Compiled with the field.</summary>
/// <param name="Number">A place of its own for its arguments, beside those of the fields of the operation.</param>
internal sealed record DirectivePlan(Directive Directive, FieldChange Change, ArgumentPlan Arguments, int Number)
{
    /// <summary>The resolver of the field with its directives around it, the first one innermost.</summary>
    /// <param name="nodes">All selections that are merged into the field; each directive counts once.</param>
    /// <param name="number">Gives the next free number.</param>
    public static Resolver Around(Resolver resolver, Schema schema, List<FieldNode> nodes, Func<int> number)
    {
        HashSet<string>? seen = null;
        foreach (var node in nodes.SelectMany(node => node.Directives))
        {
            if (schema.Directives.Find(node.Name.Value) is { Change: { } change } directive
                && ((seen ??= new(StringComparer.Ordinal)).Add(directive.Name) || directive.IsRepeatable))
            {
                var arguments = ArgumentPlan.Make(directive.Arguments, node.Arguments, node);
                resolver = new DirectivePlan(directive, change, arguments, number()).Around(resolver);
            }
        }

        return resolver;
    }

    private Resolver Around(Resolver inner) => Change.Pure is { } pure
        ? ResolverWrapper.Map(inner, (context, value) => Applies(context, ref value, out var own) ? pure(own) : value)
        : ResolverWrapper.MapAsync(inner, (context, value) =>
            Applies(context, ref value, out var own) ? Change.Any(own) : ValueTask.FromResult(value));

    /// <returns>False where the value stands as it is then.</returns>
    private bool Applies(FieldContext context, ref object? value, out FieldContext own)
    {
        own = context;
        if (value is ResolveFailure || (value is null && !Change.TakesNull))
        {
            return false;
        }

        if (value is not null && !Change.Takes.IsInstanceOfType(value))
        {
            throw new GraphQLRequestException(
                VariableValues.BadInput,
                $"Directive \"@{Directive.Name}\" cannot be used on \"{context.ParentType}.{context.Field.Name}\".");
        }

        own = context.ForDirective(this, value, out var error);
        value = error is null ? value : new ResolveFailure(error);
        return error is null;
    }
}
