using System.Collections;
using System.Text.Json;

namespace CrmCloud.GraphQL.Execution;

/// <summary>
/// The second phase: writes the answer depth first, without waiting. A failure goes back to the nearest nullable
/// position and writes null there, as the specification's error propagation asks.
/// </summary>
internal sealed class WritePhase(RequestWork work, JsonBuffer output, ErrorList errors) : IPlace
{
    private const int DeadlineCheckMask = 1023;

    private readonly ValuePath _path = new();
    private int _objects;

    /// <summary>Timestamp of the executor's clock after which writing stops.</summary>
    public long Deadline { get; init; } = long.MaxValue;

    public IReadOnlyList<object> PathOf(int index, FieldPlan field) => _path.ToList();

    /// <summary>Writes an object with all its fields.</summary>
    /// <param name="frame">What was resolved for it; null when nothing was.</param>
    /// <param name="position">Of the object in the frame.</param>
    /// <returns>False when null must take its place; then what was written is to be forgotten.</returns>
    public bool WriteObject(ObjectPlan plan, object? source, Frame? frame, int position)
    {
        CheckDeadline();
        output.WriteByte((byte)'{');
        var fields = plan.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                output.WriteByte((byte)',');
            }

            if (!WriteField(fields[i], source, frame?.Fields[i], position))
            {
                return false;
            }
        }

        output.WriteByte((byte)'}');
        return true;
    }

    /// <summary>Writes the name and the value of one field, or only records why its parent must be null.</summary>
    public bool WriteField(FieldPlan field, object? source, ResolvedField? resolved, int position)
    {
        output.WriteRaw(field.NameBytes);
        if (field.Constant is { } constant)
        {
            output.WriteRaw(constant);
            return true;
        }

        _path.Push(field.ResponseName);
        var written = resolved is null ? WritePure(field, source) : WriteResolved(field, resolved, position);
        _path.Pop();
        return written;
    }

    private bool WriteResolved(FieldPlan field, ResolvedField resolved, int position)
    {
        var cursor = new ObjectCursor(resolved, resolved.StartOf(position));
        return WriteGuarded(field, resolved.Values[position], ref cursor);
    }

    private bool WritePure(FieldPlan field, object? source)
    {
        var start = output.Position;
        var depth = _path.Length;
        var pure = (PureResolver)field.Resolver;
        try
        {
            if (pure.Leaf is { } leaf)
            {
                return leaf.TryWrite(source!, output) || WriteNull(field, field.Value);
            }

            var cursor = default(ObjectCursor);
            return TryGet(field, pure, source, out var value) && WriteValue(field, field.Value, value, ref cursor);
        }
        catch (Exception exception) when (IsOfResolver(exception))
        {
            return Recover(field, exception, start, depth);
        }
    }

    // A lazy list or a getter may throw while it is being written.
    private bool WriteGuarded(FieldPlan field, object? value, ref ObjectCursor cursor)
    {
        var start = output.Position;
        var depth = _path.Length;
        try
        {
            return WriteValue(field, field.Value, value, ref cursor);
        }
        catch (Exception exception) when (IsOfResolver(exception))
        {
            return Recover(field, exception, start, depth);
        }
    }

    private bool TryGet(FieldPlan field, PureResolver pure, object? source, out object? value)
    {
        if (pure.Direct is { } direct && source is not null)
        {
            value = direct(source);
            return true;
        }

        var arguments = work.ArgumentsOf(field);
        value = arguments.Error is { } error
            ? new ResolveFailure(error)
            : pure.Get(new FieldContext(work, field, arguments, this, 0) { Parent = source });
        return true;
    }

    private bool WriteValue(FieldPlan field, ValuePlan plan, object? value, ref ObjectCursor cursor)
    {
        switch (value)
        {
            case null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }:
                return WriteNull(field, plan);
            case ResolveFailure failure:
                return Fail(field, plan, failure.Error);
            default:
                break;
        }

        var start = output.Position;
        var written = plan switch
        {
            ScalarPlan scalar => Written(field, scalar.Type.Codec.Write(value, output)),
            EnumPlan named => WriteEnum(field, named, value),
            ListPlan list => WriteList(field, list, value, ref cursor),
            ConcretePlan concrete => WriteComposite(field, concrete.Plan, value, ref cursor),
            _ => WriteAbstract(field, (AbstractPlan)plan, value, ref cursor),
        };
        return written || NullInstead(plan, start);
    }

    private bool WriteList(FieldPlan field, ListPlan plan, object value, ref ObjectCursor cursor)
    {
        var start = cursor.Next;
        var items = value switch
        {
            JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray().Select(item => (object?)item),
            string or JsonElement => null,
            IEnumerable sequence => sequence,
            _ => null,
        };
        if (items is null)
        {
            return Written(
                field, $"Expected Iterable, but did not find one for field \"{field.Parent}.{field.Field.Name}\".");
        }

        if (WriteItems(field, plan, items, ref cursor))
        {
            return true;
        }

        // The objects that were not written any more must not be taken for those of the next list.
        cursor.Next = cursor.Field is null ? 0 : start + ResolvedField.Count(value);
        return false;
    }

    private bool WriteItems(FieldPlan field, ListPlan plan, IEnumerable items, ref ObjectCursor cursor)
    {
        output.WriteByte((byte)'[');
        var index = 0;
        if (items is IList list)
        {
            for (; index < list.Count; index++)
            {
                if (!WriteItem(field, plan, list[index], index, ref cursor))
                {
                    return false;
                }
            }
        }
        else
        {
            foreach (var item in items)
            {
                if (!WriteItem(field, plan, item, index++, ref cursor))
                {
                    return false;
                }
            }
        }

        output.WriteByte((byte)']');
        return true;
    }

    private bool WriteItem(FieldPlan field, ListPlan plan, object? item, int index, ref ObjectCursor cursor)
    {
        if (index > 0)
        {
            output.WriteByte((byte)',');
        }

        _path.Push(index);
        var written = WriteValue(field, plan.Item, item, ref cursor);
        _path.Pop();
        return written;
    }

    private bool WriteComposite(FieldPlan field, ObjectPlan plan, object value, ref ObjectCursor cursor)
    {
        var frame = cursor.Take(out var position, out var failure);
        return failure is null ? WriteObject(plan, value, frame, position) : Fail(field, failure.Error);
    }

    private bool WriteAbstract(FieldPlan field, AbstractPlan several, object value, ref ObjectCursor cursor)
    {
        var frame = cursor.Take(out var position, out var failure);
        return failure is not null ? Fail(field, failure.Error)
            : frame is null ? throw new InvalidOperationException($"{field.Field.Name} was not resolved.")
            : WriteObject(frame.Plan, value, frame, position);
    }

    private bool WriteEnum(FieldPlan field, EnumPlan plan, object value)
    {
        var name =
            plan.NameOf(value is JsonElement { ValueKind: JsonValueKind.String } json ? json.GetString()! : value);
        if (name is null)
        {
            var shown = value is JsonElement other
                ? JsonRaw.Inspect(other)
                : value is string text ? JsonRaw.Quote(text) : value;
            return Written(field, $"Enum \"{plan.Type}\" cannot represent value: {shown}");
        }

        output.WriteRaw(name);
        return true;
    }

    private bool WriteNull(FieldPlan field, ValuePlan plan)
    {
        if (plan.IsNonNull)
        {
            return Written(field, $"Cannot return null for non-nullable field {field.Parent}.{field.Field.Name}.");
        }

        output.WriteNull();
        return true;
    }

    private bool NullInstead(ValuePlan plan, int start)
    {
        if (plan.IsNonNull)
        {
            return false;
        }

        output.Position = start;
        output.WriteNull();
        return true;
    }

    private bool Recover(FieldPlan field, Exception exception, int start, int depth)
    {
        var failure = work.Failure(exception, _path.ToList);
        output.Position = start;
        Fail(field, failure.Error);
        _path.ReturnTo(depth);
        return NullInstead(field.Value, start);
    }

    private bool Fail(FieldPlan field, ValuePlan plan, GraphQLError error)
    {
        Fail(field, error);
        return NullInstead(plan, output.Position);
    }

    /// <summary>True for no error; else reports it and says false.</summary>
    private bool Written(FieldPlan field, string? error) => error is null || Fail(field, new GraphQLError(error));

    private bool Fail(FieldPlan field, GraphQLError error)
    {
        errors.Add(error with
        {
            Path = _path.ToList(),
            Locations = error.Locations.Count > 0 ? error.Locations : Places.Of(field.Nodes),
        });
        return false;
    }

    private void CheckDeadline()
    {
        if ((++_objects & DeadlineCheckMask) == 0 && work.Executor.Now > Deadline)
        {
            throw new ExecutionTimeoutException();
        }
    }

    private static bool IsOfResolver(Exception exception) =>
        exception is not (ResponseTooLargeException or ExecutionTimeoutException);

    /// <summary>Walks the objects of a resolved field in the order in which they were grouped.</summary>
    private struct ObjectCursor(ResolvedField field, int next)
    {
        public ResolvedField? Field { get; } = field;

        public int Next { get; set; } = next;

        public Frame? Take(out int position, out ResolveFailure? failure)
        {
            position = 0;
            failure = null;
            if (Field is null || Field.Frames.Length == 0)
            {
                return null;
            }

            var index = Next++;
            position = Field.Positions[index];
            failure = Field.Failures?[index];
            return Field.Frames[index];
        }
    }
}

/// <summary>The time for the operation is over.</summary>
internal sealed class ExecutionTimeoutException : Exception;

/// <summary>The errors of one answer, up to a limit.</summary>
internal sealed class ErrorList(int limit)
{
    private readonly List<GraphQLError> _kept = [];

    public IReadOnlyList<GraphQLError> Kept => _kept;

    public int LeftOut { get; private set; }

    public void Add(GraphQLError error)
    {
        if (_kept.Count < limit)
        {
            _kept.Add(error);
        }
        else
        {
            LeftOut++;
        }
    }
}
