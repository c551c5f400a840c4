using CrmCloud.GraphQL.Execution;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Puts code around a resolver.</summary>
internal static class ResolverWrapper
{
    public static Resolver Map(Resolver inner, Func<FieldContext, object?, object?> change) => inner switch
    {
        StreamResolver stream => new StreamResolver(stream.Open, context => change(context, stream.Get(context))),
        PureResolver pure => new PureResolver(context => change(context, pure.Get(context))),
        AsyncResolver async => new AsyncResolver(async context => change(context, await async.Get(context))),
        BatchResolver batch => new BatchResolver(async context => MapAll(context, await batch.Get(context), change)),
        _ => throw new InvalidOperationException("An unknown kind of resolver."),
    };

    /// <summary>As <see cref="Map"/>, with a change that may wait.</summary>
    public static Resolver MapAsync(Resolver inner, Func<FieldContext, object?, ValueTask<object?>> change) =>
        inner switch
        {
            StreamResolver => throw new GraphQLRequestException(
                VariableValues.BadInput, "What waits cannot change the events of a subscription."),
            PureResolver pure => new AsyncResolver(context => change(context, pure.Get(context))),
            AsyncResolver async => new AsyncResolver(async context => await change(context, await async.Get(context))),
            BatchResolver batch => new BatchResolver(
                async context => await MapAllAsync(context, await batch.Get(context), change)),
            _ => throw new InvalidOperationException("An unknown kind of resolver."),
        };

    public static Resolver Pure(
        Resolver inner, Func<FieldContext, Func<FieldContext, object?>, object?> around, string coordinate) =>
        inner is PureResolver pure and not StreamResolver
            ? new PureResolver(context => around(context, pure.Get))
            : throw new InvalidOperationException($"{coordinate} has no pure resolver.");

    public static Resolver Async(
        Resolver inner,
        Func<FieldContext, Func<FieldContext, ValueTask<object?>>, ValueTask<object?>> around,
        string coordinate) => inner switch
    {
        StreamResolver stream => new StreamResolver(context => around(context, stream.Open), stream.Get),
        PureResolver pure =>
            new AsyncResolver(context => around(context, next => ValueTask.FromResult(pure.Get(next)))),
        AsyncResolver async => new AsyncResolver(context => around(context, async.Get)),
        _ => throw new InvalidOperationException($"{coordinate} has a batch resolver; use Map."),
    };

    public static Resolver WithParent(Resolver inner, Func<object, object?> part) => inner switch
    {
        PureResolver pure => new PureResolver(context => pure.Get(context.WithParent(part(context.Parent!)))),
        AsyncResolver async => new AsyncResolver(context => async.Get(context.WithParent(part(context.Parent!)))),
        _ => throw new InvalidOperationException("A batch resolver cannot be given other parents."),
    };

    private static object?[] MapAll(
        BatchContext context, IReadOnlyList<object?> values, Func<FieldContext, object?, object?> change)
    {
        var changed = new object?[values.Count];
        for (var i = 0; i < changed.Length; i++)
        {
            try
            {
                changed[i] = values[i] is GraphQLRequestException ? values[i] : change(context.ForParent(i), values[i]);
            }
            catch (GraphQLRequestException refused)
            {
                changed[i] = refused;
            }
        }

        return changed;
    }

    private static async ValueTask<IReadOnlyList<object?>> MapAllAsync(
        BatchContext context, IReadOnlyList<object?> values, Func<FieldContext, object?, ValueTask<object?>> change)
    {
        // All at once, as the resolver of each parent would be.
        return await Task.WhenAll(values.Select(OneAsync));

        async Task<object?> OneAsync(object? value, int index)
        {
            try
            {
                return value is GraphQLRequestException ? value : await change(context.ForParent(index), value);
            }
            catch (GraphQLRequestException refused)
            {
                return refused;
            }
        }
    }
}
