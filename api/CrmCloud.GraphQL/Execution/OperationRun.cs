using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Execution;

/// <summary>Runs one prepared operation and makes its answer.</summary>
internal sealed class OperationRun(Executor executor, RequestWork work, int cost)
{
    private readonly ErrorList _errors = new(executor.Limits.Errors);

    private OperationPlan Plan => work.Plan;

    public async ValueTask<ExecutionResult> RunAsync(CancellationToken stop)
    {
        if (Plan.ConstantData is { } constant)
        {
            return Answer(constant);
        }

        using var timeout = Plan.Root.NeedsResolve || Plan.Operation.Operation == OperationKind.Mutation
            ? new CancellationTokenSource(executor.Limits.ExecutionTime, executor.Time)
            : null;
        using var linked = timeout is null
            ? null
            : CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        work.Cancellation = linked?.Token ?? stop;
        var output = new JsonBuffer(Plan.LastBytes + 256, executor.Limits.ResponseBytes);
        try
        {
            await WriteAsync(output).ConfigureAwait(false);
            return Finish(output);
        }
        catch (Exception fault) when (ErrorOf(fault) is not null)
        {
            output.Dispose();
            stop.ThrowIfCancellationRequested();
            return Answer(ErrorOf(fault)!);
        }
    }

    private async ValueTask WriteAsync(JsonBuffer output)
    {
        output.WriteRaw("{\"data\":"u8);
        var writer = new WritePhase(work, output, _errors) { Deadline = Deadline() };
        var start = output.Position;
        bool written;
        if (Plan.Operation.Operation == OperationKind.Mutation)
        {
            written = await WriteSeriallyAsync(RootFrame(), writer, output).ConfigureAwait(false);
        }
        else
        {
            // Most queries for what is at hand need no frame.
            var frame = Plan.Root.NeedsResolve ? RootFrame() : null;
            if (frame is not null)
            {
                await Timed(Start(frame)).ConfigureAwait(false);
            }

            written = writer.WriteObject(Plan.Root, work.Request.RootValue, frame, 0);
        }

        if (!written)
        {
            output.Position = start;
            output.WriteNull();
        }
    }

    // Each mutation is finished, down to its last field, before the next begins.
    private async ValueTask<bool> WriteSeriallyAsync(Frame frame, WritePhase writer, JsonBuffer output)
    {
        output.WriteByte((byte)'{');
        var fields = Plan.Root.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].NeedsResolve)
            {
                await Timed(Start(frame, i)).ConfigureAwait(false);
            }

            if (i > 0)
            {
                output.WriteByte((byte)',');
            }

            if (!writer.WriteField(fields[i], work.Request.RootValue, frame.Fields[i], 0))
            {
                return false;
            }
        }

        output.WriteByte((byte)'}');
        return true;
    }

    private Frame RootFrame() => new(Plan.Root, [work.Request.RootValue], null, null, null);

    private ValueTask Start(Frame frame) => work.Starting(() => new ResolvePhase(work).ResolveAsync(frame));

    private ValueTask Start(Frame frame, int field) =>
        work.Starting(() => new ResolvePhase(work).ResolveAsync(frame, field));

    // A resolver that does not watch its token is left behind, not waited for.
    private ValueTask Timed(ValueTask task) =>
        task.IsCompletedSuccessfully ? task : new ValueTask(task.AsTask().WaitAsync(work.Cancellation));

    private long Deadline()
    {
        var ticks = executor.Limits.ExecutionTime.TotalSeconds * executor.Time.TimestampFrequency;
        return ticks < long.MaxValue / 2.0 ? executor.Now + (long)ticks : long.MaxValue;
    }

    private ExecutionResult Finish(JsonBuffer output)
    {
        var dataStart = "{\"data\":".Length;
        Plan.LastBytes = output.Position;
        if (_errors.Kept.Count == 0)
        {
            if (Plan.IsConstant)
            {
                Plan.ConstantData = output.Written[dataStart..].ToArray();
            }

            return Close(output);
        }

        var whole = new JsonBuffer(output.Position + 1024, int.MaxValue);
        ResponseWriter.WriteWithErrors(output.Written.Span[dataStart..], Finished(_errors.Kept), whole);
        output.Dispose();
        return Close(whole);
    }

    private IReadOnlyList<GraphQLError> Finished(IEnumerable<GraphQLError> errors) =>
        executor.Finished(errors, () => work.Request.RequestId);

    private ExecutionResult Answer(byte[] data)
    {
        var output = new JsonBuffer(data.Length + 512);
        output.WriteRaw("{\"data\":"u8);
        output.WriteRaw(data);
        return Close(output);
    }

    private ExecutionResult Answer(GraphQLError fault)
    {
        _errors.Add(fault);
        var output = new JsonBuffer(1024, int.MaxValue);
        ResponseWriter.WriteWithErrors("null"u8, Finished([fault]), output);
        return Close(output);
    }

    /// <summary>What ends a whole operation; null for a bug, which is not answered here.</summary>
    private GraphQLError? ErrorOf(Exception fault) => fault switch
    {
        OperationCanceledException or ExecutionTimeoutException =>
            new($"The operation took longer than {executor.Limits.ExecutionTime.TotalSeconds} s and was stopped.")
            {
                Code = "EXECUTION_TIMEOUT",
            },
        ResponseTooLargeException => new(fault.Message) { Code = "RESPONSE_TOO_LARGE" },
        _ => null,
    };

    private ExecutionResult Close(JsonBuffer output)
    {
        var extensions = executor.ExtensionsOf(work.Request, ExecutionStage.Executed, cost, _errors.Kept);
        if (_errors.LeftOut > 0)
        {
            extensions = (extensions ?? []).Append(new("errorsLeftOut", _errors.LeftOut));
        }

        ResponseWriter.WriteExtensions(extensions, output);
        output.WriteByte((byte)'}');
        return new ExecutionResult(output, ExecutionStage.Executed, _errors.Kept)
        {
            Cost = cost, Operation = Plan.Operation.Operation,
        };
    }
}
