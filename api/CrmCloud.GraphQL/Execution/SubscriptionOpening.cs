namespace CrmCloud.GraphQL.Execution;

/// <summary>Opens the source of a subscription (CreateSourceEventStream).</summary>
internal static class SubscriptionOpening
{
    /// <param name="stop">Ends the source, not only its opening.</param>
    public static async ValueTask<ExecutionStart> OpenAsync(PreparedWork prepared, CancellationToken stop)
    {
        var work = prepared.Work;
        var field = work.Plan.Root.Fields.Length == 1 ? work.Plan.Root.Fields[0] : null;
        if (field?.Resolver is not StreamResolver resolver)
        {
            // Only without validation can there be several fields, or none that streams.
            return Refused(work, new GraphQLError("A subscription has one root field, which has a source of events."));
        }

        var arguments = work.ArgumentsOf(field);
        if (arguments.Error is { } wrong)
        {
            return Refused(work, At(field, wrong));
        }

        work.Cancellation = stop;
        var frame = new Frame(work.Plan.Root, [work.Request.RootValue], null, null, null);
        var context = new FieldContext(work, field, arguments, frame, 0) { Parent = work.Request.RootValue };
        try
        {
            var limit = work.Executor.Limits.ExecutionTime;
            var stream = await resolver.Open(context).AsTask()
                .WaitAsync(limit, work.Executor.Time, stop).ConfigureAwait(false);
            return EventSource.Open(stream, stop) is { } source
                ? new ExecutionStart(null, new SubscriptionEvents(prepared, source, stop))
                : Refused(work, At(field, new("The source of the subscription gave no events.")));
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            return Refused(work, At(field, work.Failure(failure, () => context.Path).Error));
        }
    }

    private static GraphQLError At(FieldPlan field, GraphQLError error) => error with
    {
        Path = [field.ResponseName],
        Locations = error.Locations.Count > 0 ? error.Locations : Places.Of(field.Nodes),
    };

    private static ExecutionStart Refused(RequestWork work, GraphQLError error) =>
        new(work.Executor.Refuse(work.Request, ExecutionStage.Refused, [error]), null);
}
