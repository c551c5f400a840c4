using System.Collections;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// The first phase: runs what may wait, breadth first, all parents of one selection at a time. Everything else is
/// left to the write phase and never becomes a task.
/// </summary>
internal sealed class ResolvePhase(RequestWork work)
{
    /// <summary>
    /// Resolves what is selected of the objects of the frame and inside them. Failures of resolvers become values.
    /// </summary>
    public async ValueTask ResolveAsync(Frame frame)
    {
        List<Task>? waiting = null;
        for (var i = 0; i < frame.Plan.Fields.Length; i++)
        {
            if (frame.Plan.Fields[i].NeedsResolve)
            {
                var task = ResolveAsync(frame, i);
                if (!task.IsCompletedSuccessfully)
                {
                    (waiting ??= []).Add(task.AsTask());
                }
            }
        }

        if (waiting is not null)
        {
            await Task.WhenAll(waiting).ConfigureAwait(false);
        }
    }

    /// <summary>Resolves one field of the frame and everything inside it.</summary>
    public async ValueTask ResolveAsync(Frame frame, int field)
    {
        var plan = frame.Plan.Fields[field];
        var resolved = new ResolvedField(plan, await ValuesAsync(frame, plan).ConfigureAwait(false));
        if (plan.Value.NeedsResolve)
        {
            List<Task>? waiting = null;
            foreach (var inner in resolved.Group(work, frame))
            {
                var task = inner.Plan.NeedsResolve ? ResolveAsync(inner) : default;
                if (!task.IsCompletedSuccessfully)
                {
                    (waiting ??= []).Add(task.AsTask());
                }
            }

            if (waiting is not null)
            {
                await Task.WhenAll(waiting).ConfigureAwait(false);
            }
        }

        frame.Fields[field] = resolved;
    }

    private async ValueTask<object?[]> ValuesAsync(Frame frame, FieldPlan plan)
    {
        var arguments = work.ArgumentsOf(plan);
        if (arguments.Error is { } error)
        {
            var failed = new object?[frame.Parents.Length];
            Array.Fill(failed, new ResolveFailure(error));
            return failed;
        }

        return plan.Resolver switch
        {
            AsyncResolver async => await EachAsync(frame, plan, arguments, async).ConfigureAwait(false),
            BatchResolver batch => await BatchAsync(frame, plan, arguments, batch).ConfigureAwait(false),
            _ => Pure(frame, plan, arguments, (PureResolver)plan.Resolver),
        };
    }

    private object?[] Pure(Frame frame, FieldPlan plan, CoercedArguments arguments, PureResolver pure)
    {
        var values = new object?[frame.Parents.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var context = Context(frame, plan, arguments, i);
            try
            {
                values[i] = Settled(plan, pure.Get(context));
            }
            catch (Exception exception) when (IsOfResolver(exception))
            {
                values[i] = work.Failure(exception, () => context.Path);
            }
        }

        return values;
    }

    private async ValueTask<object?[]> EachAsync(
        Frame frame, FieldPlan plan, CoercedArguments arguments, AsyncResolver async)
    {
        var values = new object?[frame.Parents.Length];
        List<Task>? waiting = null;
        for (var i = 0; i < values.Length; i++)
        {
            var task = OneAsync(values, i, Context(frame, plan, arguments, i), plan, async);
            if (!task.IsCompletedSuccessfully)
            {
                (waiting ??= []).Add(task.AsTask());
            }
        }

        if (waiting is not null)
        {
            await Task.WhenAll(waiting).ConfigureAwait(false);
        }

        return values;
    }

    private async ValueTask OneAsync(
        object?[] values, int index, FieldContext context, FieldPlan plan, AsyncResolver async)
    {
        try
        {
            values[index] = Settled(plan, await async.Get(context).ConfigureAwait(false));
        }
        catch (Exception exception) when (IsOfResolver(exception))
        {
            values[index] = work.Failure(exception, () => context.Path);
        }
    }

    private async ValueTask<object?[]> BatchAsync(
        Frame frame, FieldPlan plan, CoercedArguments arguments, BatchResolver batch)
    {
        var values = new object?[frame.Parents.Length];
        var first = Context(frame, plan, arguments, 0);
        try
        {
            var context = new BatchContext(first, frame.Parents, i => Context(frame, plan, arguments, i));
            var given = await batch.Get(context).ConfigureAwait(false);
            if (given.Count != values.Length)
            {
                throw new InvalidOperationException(
                    $"The batch resolver of {plan.Parent}.{plan.Field.Name} gave {given.Count} values for "
                        + $"{values.Length} parents.");
            }

            for (var i = 0; i < values.Length; i++)
            {
                values[i] = given[i] is GraphQLRequestException declared
                    ? work.Failure(declared, () => first.Path)
                    : Settled(plan, given[i]);
            }
        }
        catch (Exception exception) when (IsOfResolver(exception))
        {
            Array.Fill(values, work.Failure(exception, () => first.Path));
        }

        return values;
    }

    private FieldContext Context(Frame frame, FieldPlan plan, CoercedArguments arguments, int index) =>
        new(work, plan, arguments, frame, index) { Parent = frame.Parents[index] };

    private static object? Settled(FieldPlan plan, object? value) =>
        plan.Value.NeedsResolve ? Settled(plan.Value, value) : value;

    // A list made as it is read would be made twice: here and when it is written.
    private static object? Settled(ValuePlan plan, object? value) => (plan, value) switch
    {
        (ListPlan { Item: ListPlan inner }, IEnumerable outer and not string) =>
            outer.Cast<object?>().Select(item => Settled(inner, item)).ToArray(),
        (ListPlan, IEnumerable lazy and not (IList or string)) => lazy.Cast<object?>().ToArray(),
        _ => value,
    };

    // The end of the request is no failure of a field.
    private bool IsOfResolver(Exception exception) =>
        exception is not OperationCanceledException || !work.Cancellation.IsCancellationRequested;
}
